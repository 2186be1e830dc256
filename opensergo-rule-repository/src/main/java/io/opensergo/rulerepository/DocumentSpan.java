package io.opensergo.rulerepository;

/**
 * Where a document stands in the text of a file.
 *
 * @param from where its own text begins, behind its marker and blank lines
 * @param to where its own text ends, before the last line end
 * @param line the line on which its content begins, behind comments, from 1
 * @param removeFrom where to begin to remove it with its marker
 * @param removeTo where to end
 * @param onMarkerLine whether its text begins on the line of its marker
 * @param hasDirectives whether it depends on lines such as {@code %YAML} before it
 */
record DocumentSpan(
        int from,
        int to,
        int line,
        int removeFrom,
        int removeTo,
        boolean onMarkerLine,
        boolean hasDirectives) {}
