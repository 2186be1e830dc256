package io.opensergo.rules.document;

/** A line and a column in a text, both from 1. */
record Place(int line, int column) {}
