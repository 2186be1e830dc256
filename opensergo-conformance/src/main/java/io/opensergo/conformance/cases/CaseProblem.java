package io.opensergo.conformance.cases;

/**
 * Something wrong in a case file, and where.
 *
 * @param source the file
 * @param line the line, from 1
 * @param column the column, from 1
 * @param path the field, such as {@code steps[2].expect}; empty if it concerns the file as a whole
 * @param message what is allowed and what was found
 */
public record CaseProblem(String source, int line, int column, String path, String message) {

    /**
     * Returns for example {@code zero.yaml:12:5: steps[2].at must be a duration such as 250ms, was
     * "soon"}.
     */
    @Override
    public String toString() {
        String field = path.isEmpty() ? "" : path + " ";
        return source + ":" + line + ":" + column + ": " + field + message;
    }
}
