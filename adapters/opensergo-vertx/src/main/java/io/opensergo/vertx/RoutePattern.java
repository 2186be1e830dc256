package io.opensergo.vertx;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The pattern of the paths that an exact route handles, the mounts of its router included. It
 * matches what vertx-web matches, without an expression unless a parameter is only a part of a
 * segment.
 */
final class RoutePattern {

    private static final String NAME =
            Boolean.getBoolean("io.vertx.web.route.param.extended-pattern")
                    ? "[A-Za-z_$][A-Za-z0-9_$-]*"
                    : "[A-Za-z0-9_]+";

    private static final Pattern PARAMETER = Pattern.compile(":" + NAME);

    /** Characters that mean nothing in the expressions that vertx-web makes. */
    private static final String LITERAL = "[^/:\\[\\]{}?|^\\\\*]*";

    private static final Pattern WHOLE_SEGMENTS =
            Pattern.compile("(?:/(?::" + NAME + "|" + LITERAL + "))+");

    private static final Pattern ESCAPED_BY_VERTX = Pattern.compile("[()$+.]");

    private final boolean needsFinalSlash;

    /** What comes before, between and behind the parameters. */
    private final String[] literals;

    /** To match instead, if there is one. */
    private final @Nullable Pattern expression;

    /**
     * Makes one.
     *
     * @param text the path as it was declared
     * @param expression what vertx-web makes of it, see {@link #expression}
     * @param needsFinalSlash whether a slash at the end is part of the path, or else may be there
     */
    RoutePattern(String text, String expression, boolean needsFinalSlash) {
        this.needsFinalSlash = needsFinalSlash;
        boolean isLiteral = text.indexOf(':') < 0;
        if (isLiteral || WHOLE_SEGMENTS.matcher(text).matches()) {
            this.literals = isLiteral ? new String[] {text} : PARAMETER.split(text, -1);
            this.expression = null;
        } else {
            this.literals = new String[0];
            this.expression = Pattern.compile(expression + (needsFinalSlash ? "" : "/?"));
        }
    }

    /**
     * Returns the expression for a path that was declared. vertx-web takes one without parameters
     * literally, but escapes only some characters of any other.
     */
    static String expression(String declared) {
        if (declared.indexOf(':') < 0) {
            return Pattern.quote(declared);
        }
        String escaped = ESCAPED_BY_VERTX.matcher(declared).replaceAll("\\\\$0");
        return PARAMETER.matcher(escaped).replaceAll("[^/]+");
    }

    /**
     * Returns the same for a mount, which vertx-web matches before it looks at the routes below:
     * they cannot make it match anything else, nor try to for a long time.
     */
    static String expressionOfMount(String declared) {
        return "(?>" + expression(declared) + ")";
    }

    /** Returns whether it matches a path, which is normalized. */
    boolean matches(String path) {
        return expression == null ? matchesSegments(path) : expression.matcher(path).matches();
    }

    private boolean matchesSegments(String path) {
        int end = path.length();
        if (!needsFinalSlash && path.endsWith("/")) {
            end--;
        }
        int at = 0;
        for (int i = 0; ; i++) {
            if (!path.startsWith(literals[i], at)) {
                return false;
            }
            at += literals[i].length();
            if (i == literals.length - 1) {
                return at == end;
            }
            int slash = path.indexOf('/', at);
            int endOfValue = slash < 0 ? end : Math.min(slash, end);
            if (endOfValue <= at) {
                return false;
            }
            at = endOfValue;
        }
    }
}
