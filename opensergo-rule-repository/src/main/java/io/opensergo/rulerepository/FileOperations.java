package io.opensergo.rulerepository;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import org.jspecify.annotations.Nullable;

/** What a commit asks of the file system, each durable when it returns. Tests let them fail. */
class FileOperations {

    private static final boolean SYNCS_DIRECTORIES = File.separatorChar == '/';

    /** Returns the content of a file, or {@code null} if it is not there. */
    byte @Nullable [] read(Path file) throws IOException {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Writes a file of its own, in place of one that is there. */
    void write(Path file, byte[] content) throws IOException {
        Files.deleteIfExists(file);
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
        }
    }

    /** Adds to the end of a file, which need not be there. */
    void append(Path file, byte[] content) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.APPEND)) {
            long before = channel.size();
            try {
                ByteBuffer rest = ByteBuffer.wrap(content);
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
                channel.force(true);
            } catch (IOException e) {
                cutOff(file, before, e);
                throw e;
            }
        }
    }

    /** Part of a line is skipped by who reads, so that this may fail as well. */
    private static void cutOff(Path file, long size, IOException cause) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(size);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /** Gives a file the owner, group and permissions of another one, as far as this process may. */
    void copyRights(Path from, Path to) throws IOException {
        var target = Files.getFileAttributeView(to, PosixFileAttributeView.class);
        if (target == null) {
            return;
        }
        PosixFileAttributes rights = Files.readAttributes(from, PosixFileAttributes.class);
        PosixFileAttributes own = target.readAttributes();
        if (!own.group().equals(rights.group())) {
            tryToGive(target, rights.group());
        }
        if (!own.owner().equals(rights.owner())) {
            tryToGive(target, rights.owner());
        }
        target.setPermissions(rights.permissions());
    }

    /** Only root may give a file away; for others it becomes their own, as in an editor. */
    private static void tryToGive(PosixFileAttributeView target, UserPrincipal owner) {
        try {
            if (owner instanceof GroupPrincipal group) {
                target.setGroup(group);
            } else {
                target.setOwner(owner);
            }
        } catch (IOException e) {
            return; // see above
        }
    }

    void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        sync(to);
    }

    /** Deletes a file if it is there. */
    void delete(Path file) throws IOException {
        if (Files.deleteIfExists(file)) {
            sync(file);
        }
    }

    private static void sync(Path file) throws IOException {
        if (SYNCS_DIRECTORIES) {
            try (FileChannel directory =
                    FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
                directory.force(true);
            }
        }
    }
}
