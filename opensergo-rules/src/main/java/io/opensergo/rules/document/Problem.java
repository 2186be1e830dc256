package io.opensergo.rules.document;

import io.opensergo.rules.Violation;
import org.jspecify.annotations.Nullable;

/**
 * Something wrong in a document, and where.
 *
 * @param severity whether it keeps the document from being a rule
 * @param source the file or whatever else the text came from
 * @param document the number of the document in the source, from 1; 0 if it concerns the source as
 *     a whole
 * @param line the line in the source, from 1; 0 if unknown
 * @param column the column in the line, from 1; 0 if unknown
 * @param path the field, such as {@code spec.triggerRatio}; empty if it concerns the document as a
 *     whole
 * @param message what is allowed and what was found
 */
public record Problem(
        Severity severity,
        String source,
        int document,
        int line,
        int column,
        String path,
        String message) {

    /** Whether a problem keeps a document from being a rule. */
    public enum Severity {
        /** The document is no rule. */
        ERROR,
        /** The document is a rule all the same. */
        WARNING
    }

    static Problem of(Severity severity, String source, int document, Violation violation) {
        return new Problem(severity, source, document, 0, 0, violation.path(), violation.message());
    }

    static Problem inSource(String source, String message) {
        return new Problem(Severity.ERROR, source, 0, 0, 0, "", message);
    }

    Problem at(@Nullable Place place) {
        return place == null
                ? this
                : new Problem(
                        severity, source, document, place.line(), place.column(), path, message);
    }

    /** Returns this problem of a part of a document as one of the whole. */
    Problem under(String parent) {
        String whole = path.isEmpty() ? parent : parent + "." + path;
        return new Problem(severity, source, document, line, column, whole, message);
    }

    /** Returns whether this is an error. */
    public boolean isError() {
        return severity == Severity.ERROR;
    }

    /**
     * Returns for example {@code rules.yaml:12:17: spec.triggerRatio must be a percentage from 0%
     * to 100%, was "160%" (document 3)}.
     */
    @Override
    public String toString() {
        return text(isError() ? "" : "warning: ");
    }

    /** Returns the place and the message, for those who say the severity in another way. */
    public String placeAndMessage() {
        return text("");
    }

    private String text(String severityOfMessage) {
        var text = new StringBuilder(source);
        if (line > 0) {
            text.append(':').append(line).append(':').append(column);
        }
        text.append(": ").append(severityOfMessage);
        if (!path.isEmpty()) {
            text.append(path).append(' ');
        }
        text.append(message);
        if (document > 0) {
            text.append(" (document ").append(document).append(')');
        }
        return text.toString();
    }
}
