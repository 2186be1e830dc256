package io.opensergo.proto;

/** Texts from afar, made fit for a message. */
final class Texts {

    private Texts() {}

    static String abbreviate(String text, int max) {
        return text.length() <= max ? text : text.substring(0, max - 3) + "...";
    }
}
