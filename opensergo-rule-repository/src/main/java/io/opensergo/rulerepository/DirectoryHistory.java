package io.opensergo.rulerepository;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a {@link DirectoryRuleRepository} keeps its history. For those who keep one of another
 * kind, such as Git's.
 *
 * <p>{@link #record} is called by one thread and one process at a time, {@link #read} by any.
 */
public interface DirectoryHistory {

    /**
     * Returns a directory for what the repository keeps over crashes. It need not be there yet, and
     * must be out of sight of whoever reads the rules.
     */
    Path stateDirectory();

    /** Returns why no change can be kept now and what to do about that; {@code null} if one can. */
    @Nullable String readOnlyReason();

    /**
     * Keeps a change whose files have been written; those that do not exist were deleted. After a
     * crash the same change may be recorded once more, and must not be kept twice.
     *
     * @param change with an id that is made up
     * @param files the files that changed
     * @return the change as {@link #read} returns it from now on
     * @throws ReadOnlyRepositoryException if it cannot be kept for one of the files
     * @throws IOException if it cannot be kept; whatever is thrown, the repository then puts the
     *     files back
     */
    RuleChange record(RuleChange change, List<Path> files) throws IOException;

    /**
     * Returns changes, the newest first.
     *
     * @throws IOException if they cannot be read
     */
    List<RuleChange> read(HistoryQuery query) throws IOException;
}
