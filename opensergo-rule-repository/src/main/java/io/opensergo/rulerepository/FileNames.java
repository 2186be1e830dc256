package io.opensergo.rulerepository;

import io.opensergo.rules.Metadata;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Names of new rule files. */
final class FileNames {

    private static final Pattern UNUSUAL = Pattern.compile("[^A-Za-z0-9._-]+");
    private static final Pattern LEADING = Pattern.compile("^[.-]+");
    private static final int MAX_LENGTH = 100;

    private FileNames() {}

    /**
     * Returns a name without extension: that of the application, with the namespace before it if it
     * is not the default one, and what is no letter, digit, dot, dash or underscore left out.
     */
    static String of(String namespace, @Nullable String app) {
        boolean named = !namespace.equals(Metadata.DEFAULT_NAMESPACE) || app == null;
        String name =
                (named ? namespace : "")
                        + (named && app != null ? "." : "")
                        + (app == null ? "" : app);
        String plain = LEADING.matcher(UNUSUAL.matcher(name).replaceAll("-")).replaceAll("");
        String brief = plain.length() > MAX_LENGTH ? plain.substring(0, MAX_LENGTH) : plain;
        return brief.isEmpty() ? "rules" : brief;
    }
}
