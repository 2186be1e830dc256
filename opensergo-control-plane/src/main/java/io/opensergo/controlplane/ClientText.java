package io.opensergo.controlplane;

import java.util.regex.Pattern;

/** Text of a client, fit for one line of a log and for memory. */
final class ClientText {

    private static final int MAX_LENGTH = 1024;
    private static final int MAX_LABEL = 256;
    private static final Pattern CONTROL_CHARACTERS = Pattern.compile("\\p{Cntrl}+");

    private ClientText() {}

    static String printable(String text) {
        String cut = text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH);
        return CONTROL_CHARACTERS.matcher(cut).replaceAll(" ");
    }

    /** Returns a name that a client says, not longer than names are. */
    static String label(String text) {
        String cut = text.length() <= MAX_LABEL ? text : text.substring(0, MAX_LABEL);
        return printable(cut);
    }
}
