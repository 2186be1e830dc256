package io.opensergo.client;

/** Text of a peer, as it may stand in a message: one line, not too long, nothing but characters. */
final class PeerText {

    private PeerText() {}

    /**
     * Returns the text with each run of white space and control characters as one space.
     *
     * @param max how many characters to keep
     */
    static String shown(String text, int max) {
        var shown = new StringBuilder(Math.min(text.length(), max + 1));
        boolean gap = false;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int c = text.codePointAt(i);
            if (Character.isWhitespace(c) || isControl(c)) {
                gap = true;
                continue;
            }
            if (gap && !shown.isEmpty()) {
                shown.append(' ');
            }
            gap = false;
            if (shown.length() >= max) {
                return shown.append('…').toString();
            }
            shown.appendCodePoint(c);
        }
        return shown.toString();
    }

    /** Among them those that change the direction of the text around them. */
    private static boolean isControl(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    true;
            default -> false;
        };
    }
}
