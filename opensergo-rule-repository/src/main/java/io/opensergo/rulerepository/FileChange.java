package io.opensergo.rulerepository;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of one file.
 *
 * @param file the file itself, not a link to it
 * @param before its content; {@code null} if it is not there
 * @param after its new content; {@code null} if it is deleted
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record FileChange(Path file, byte @Nullable [] before, byte @Nullable [] after) {

    FileChange reversed() {
        return new FileChange(file, /* before= */ after, /* after= */ before);
    }
}
