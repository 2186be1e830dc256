package io.opensergo.rulefiles;

import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the file system says of a file's content: another stamp is another content.
 *
 * <p>An equal stamp is an equal content only if the file was read some time after its last write:
 * within one tick of the file system's clock a file can change again and keep its stamp.
 *
 * @param size in bytes
 * @param lastModified when its content was last written
 * @param key tells the file apart from another one that took its name; {@code null} if the file
 *     system has no such key
 */
public record FileStamp(long size, FileTime lastModified, @Nullable Object key) {

    /** More than the tick of any file system: FAT counts in two seconds. */
    private static final int LONGEST_TICK_SECONDS = 3;

    /** Returns the stamp in a file's attributes. */
    public static FileStamp of(BasicFileAttributes attributes) {
        return new FileStamp(
                attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
    }

    /** Returns whether the file may change after this moment and keep its stamp. */
    public boolean isRecentAt(Instant moment) {
        return lastModified.toInstant().plusSeconds(LONGEST_TICK_SECONDS).isAfter(moment);
    }
}
