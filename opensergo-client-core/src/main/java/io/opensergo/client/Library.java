package io.opensergo.client;

import java.net.URL;
import java.security.CodeSource;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A library on the class path, and from which version on it works.
 *
 * @param group its group id
 * @param artifact its artifact id
 * @param minimum the oldest version that works
 * @param typeName a class of it that every version has
 */
record Library(String group, String artifact, String minimum, String typeName) {

    private static final Pattern SEPARATOR = Pattern.compile("[.-]");

    /** Returns whether it is there and known to be too old. */
    boolean isTooOld() {
        String version = version();
        return version != null && compare(version, minimum) < 0;
    }

    /** Returns for example {@code io.grpc:grpc-api 1.42.1 (file:/lib/grpc-api-1.42.1.jar)}. */
    String found() {
        String place = place();
        String version = version();
        return group
                + ':'
                + artifact
                + (version == null ? "" : " " + version)
                + (place == null ? "" : " (" + place + ")");
    }

    /**
     * Returns the version by the name of the file; {@code null} if the file has another name, as
     * where several libraries were made one file.
     */
    private @Nullable String version() {
        String place = place();
        if (place == null) {
            return null;
        }
        String path = place.replaceAll("[!/]+$", "");
        String file = path.substring(path.lastIndexOf('/') + 1);
        String prefix = artifact + "-";
        return file.matches(Pattern.quote(prefix) + "\\d[\\w.-]*\\.jar")
                ? file.substring(prefix.length(), file.length() - ".jar".length())
                : null;
    }

    private @Nullable String place() {
        try {
            Class<?> type = Class.forName(typeName, false, Library.class.getClassLoader());
            CodeSource source = type.getProtectionDomain().getCodeSource();
            URL location = source == null ? null : source.getLocation();
            return location == null ? null : location.toString();
        } catch (ClassNotFoundException | LinkageError e) {
            return "not on the class path";
        }
    }

    /** Compares the numbers of two versions; what follows them does not count. */
    static int compare(String one, String other) {
        String[] first = SEPARATOR.split(one);
        String[] second = SEPARATOR.split(other);
        for (int i = 0; i < Math.max(first.length, second.length); i++) {
            int order = Integer.compare(number(first, i), number(second, i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static int number(String[] parts, int index) {
        return index < parts.length && parts[index].matches("\\d{1,9}")
                ? Integer.parseInt(parts[index])
                : 0;
    }
}
