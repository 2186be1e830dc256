package io.opensergo.governance.routing;

/**
 * Case of the letters A to Z, which is all that names of headers, hosts and encoded paths have. As
 * in Envoy, other letters are equal to themselves only.
 */
final class AsciiCase {

    private AsciiCase() {}

    static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
    }

    /** Returns the text itself if it has no capital. */
    static String lower(String text) {
        if (!hasCapital(text)) {
            return text;
        }
        char[] chars = text.toCharArray();
        for (int i = 0; i < chars.length; i++) {
            chars[i] = lower(chars[i]);
        }
        return new String(chars);
    }

    static boolean hasCapital(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (lower(text.charAt(i)) != text.charAt(i)) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether two texts are equal but for case. */
    static boolean areEqual(String one, String other) {
        return one.length() == other.length() && startsWith(one, other);
    }

    /** Returns whether a text starts with a prefix, but for case. */
    static boolean startsWith(String text, String prefix) {
        if (text.length() < prefix.length()) {
            return false;
        }
        for (int i = 0; i < prefix.length(); i++) {
            if (lower(text.charAt(i)) != lower(prefix.charAt(i))) {
                return false;
            }
        }
        return true;
    }
}
