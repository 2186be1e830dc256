package io.opensergo.conformance.cases;

import io.opensergo.conformance.cases.Located.Unreadable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.Mark;

/** Collects what is wrong in a file, so that all of it can be told at once. For one thread. */
final class CaseFaults {

    private final String source;
    private final List<CaseProblem> problems = new ArrayList<>();

    CaseFaults(String source) {
        this.source = source;
    }

    void add(Mark mark, String path, String message) {
        add(mark.getLine() + 1, mark.getColumn() + 1, path, message);
    }

    void add(int line, int column, String path, String message) {
        problems.add(new CaseProblem(source, line, column, path, message));
    }

    /** Reads a part; {@code null} if it cannot be read, so that the parts after it can be. */
    <T> @Nullable T attempt(Supplier<T> part) {
        try {
            return part.get();
        } catch (Unreadable e) {
            return null;
        }
    }

    void throwIfAny() {
        if (!problems.isEmpty()) {
            problems.sort(Comparator.comparingInt(CaseProblem::line));
            throw new CaseFileException(problems);
        }
    }
}
