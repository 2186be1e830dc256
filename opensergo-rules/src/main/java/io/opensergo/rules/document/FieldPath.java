package io.opensergo.rules.document;

import org.jspecify.annotations.Nullable;

/** The way from a document to one of its fields; turned into text only when something is wrong. */
record FieldPath(@Nullable FieldPath parent, String name, int index) {

    static final FieldPath ROOT = new FieldPath(null, "", -1);

    FieldPath field(String child) {
        return new FieldPath(this, child, -1);
    }

    FieldPath element(int position) {
        return new FieldPath(this, "", position);
    }

    /** Returns for example {@code spec.http[0].match[1].headers.x-user}. */
    @Override
    public String toString() {
        var text = new StringBuilder();
        appendTo(text);
        return text.toString();
    }

    private void appendTo(StringBuilder text) {
        if (parent == null) {
            return;
        }
        parent.appendTo(text);
        if (index >= 0) {
            text.append('[').append(index).append(']');
        } else {
            text.append(text.isEmpty() ? "" : ".").append(name);
        }
    }
}
