package io.opensergo.client;

import io.opensergo.api.RuleKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A directory with a file for each key, which any number of processes may share: a file is replaced
 * as a whole or not at all. Blocks; for one thread.
 */
final class CacheDirectory {

    /** A write takes seconds at most, so a temporary file this old belongs to nobody. */
    private static final Duration ABANDONED = Duration.ofMinutes(10);

    private static final String SUFFIX = ".rules";
    private static final String TEMPORARY_SUFFIX = SUFFIX + ".tmp";

    /** Keeps a file's name below the 255 bytes that file systems allow, also with its suffixes. */
    private static final int MAX_READABLE = 40;

    private static final int HASH_CHARACTERS = 16;

    private final Path directory;
    private final int maxFileBytes;
    private final boolean posix;

    CacheDirectory(Path directory, int maxFileBytes) {
        this.directory = directory;
        this.maxFileBytes = maxFileBytes;
        this.posix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /**
     * Returns the file of a key. Its name tells people what it is about, and programs by a hash,
     * since names of apps may hold any characters and file systems may not tell case apart.
     */
    Path file(RuleKey key) {
        String namespace = key.target().namespace();
        String app = key.target().app();
        String kind = key.kind().wireName();
        return directory.resolve(
                readable(namespace)
                        + "_"
                        + readable(app)
                        + "_"
                        + readable(key.kind().name())
                        + "-"
                        + hash(namespace + "\0" + app + "\0" + kind)
                        + SUFFIX);
    }

    private static String readable(String text) {
        String safe = text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9-]", "~");
        return safe.length() <= MAX_READABLE ? safe : safe.substring(0, MAX_READABLE);
    }

    private static String hash(String text) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, HASH_CHARACTERS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    /**
     * Returns the content of a key's file, or {@code null} if there is none.
     *
     * @throws IOException if it is there but cannot be read
     */
    byte @Nullable [] read(RuleKey key) throws IOException {
        Path file = file(key);
        if (!Files.isRegularFile(file)) {
            if (Files.exists(file)) {
                throw new UnusableCacheFileException("is not a regular file");
            }
            return null;
        }
        try (InputStream content = Files.newInputStream(file)) {
            byte[] bytes = content.readNBytes(maxFileBytes + 1);
            if (bytes.length > maxFileBytes) {
                throw new UnusableCacheFileException("is larger than " + maxFileBytes + " bytes");
            }
            return bytes;
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /**
     * Replaces the content of a key's file. When this returns, the new content survives a crash of
     * the machine; when it throws, the file is as it was, or new but not yet sure to survive.
     *
     * @throws IOException if it cannot be written or is too large to be read again
     */
    void write(RuleKey key, byte[] content) throws IOException {
        if (content.length > maxFileBytes) {
            throw new UnusableCacheFileException(
                    "has " + content.length + " bytes, more than the " + maxFileBytes + " allowed");
        }
        Path file = file(key);
        create();
        Path temporary = Files.createTempFile(directory, baseName(file), TEMPORARY_SUFFIX);
        try {
            fill(temporary, content);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
        force();
    }

    private static String baseName(Path file) {
        String name = file.getFileName().toString();
        return name.substring(0, name.length() - SUFFIX.length()) + ".";
    }

    /** Readable by the owner only where the file system can say so, as temporary files are. */
    private void create() throws IOException {
        if (!Files.isDirectory(directory)) {
            FileAttribute<?>[] attributes =
                    posix
                            ? new FileAttribute<?>[] {
                                PosixFilePermissions.asFileAttribute(
                                        PosixFilePermissions.fromString("rwx------"))
                            }
                            : new FileAttribute<?>[0];
            Files.createDirectories(directory, attributes);
        }
    }

    private static void fill(Path file, byte[] content) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
        }
    }

    /**
     * Makes the renaming durable; other systems than POSIX cannot open a directory and need not.
     */
    private void force() throws IOException {
        if (posix) {
            try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /**
     * Deletes temporary files that a process left behind when it died.
     *
     * @throws IOException if the directory cannot be read
     */
    void cleanUp(Instant now) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        Instant limit = now.minus(ABANDONED);
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(directory, "*" + TEMPORARY_SUFFIX)) {
            for (Path file : files) {
                deleteIfOlder(file, limit);
            }
        }
    }

    /** Another process may clean up as well, so a file that is gone is no problem. */
    private static void deleteIfOlder(Path file, Instant limit) throws IOException {
        try {
            if (Files.getLastModifiedTime(file).toInstant().isBefore(limit)) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException e) {
            return;
        }
    }

    @Override
    public String toString() {
        return directory.toString();
    }
}
