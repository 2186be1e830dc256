package io.opensergo.vertx;

import io.vertx.ext.web.Route;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The patterns of routes, as they were declared. */
final class Patterns {

    /** The name of the parameter that is the rest of a path. */
    static final String REST = "*";

    /** As Vert.x has it, with the characters of its extended names. */
    private static final Pattern PARAMETER = Pattern.compile(":([A-Za-z0-9_$-]+)");

    private Patterns() {}

    /** Returns the path of a route with its parameters, or the text or name of its expression. */
    static String of(Route route) {
        String path = route.getPath();
        if (path != null) {
            return route.isExactPath() ? path : path + "*";
        }
        return isRegex(route) ? route.getName() : "/*";
    }

    static boolean isRegex(Route route) {
        return route.getPath() == null && route.isRegexPath();
    }

    /** Returns the names of the parameters, for each reading that a name with a hyphen has. */
    static Set<String> parameters(String pattern) {
        Set<String> names = new HashSet<>();
        Matcher matcher = PARAMETER.matcher(pattern);
        while (matcher.find()) {
            String name = matcher.group(1);
            names.add(name);
            for (int i = 1; i < name.length(); i++) {
                if (name.charAt(i) == '-' || name.charAt(i) == '$') {
                    names.add(name.substring(0, i));
                }
            }
        }
        return names;
    }

    /** Returns a path below a mount, whose last slash or asterisk is not part of it. */
    static String join(String mount, String path) {
        int end = mount.length();
        while (end > 0 && (mount.charAt(end - 1) == '*' || mount.charAt(end - 1) == '/')) {
            end--;
        }
        return mount.substring(0, end) + path;
    }
}
