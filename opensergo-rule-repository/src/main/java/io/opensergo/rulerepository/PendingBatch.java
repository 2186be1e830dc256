package io.opensergo.rulerepository;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The batch that is being written, kept in a file while its files change: after a crash it is
 * completed, so that all of it is there. Where somebody has edited one of its files since, it is
 * taken back instead.
 */
final class PendingBatch {

    private static final Logger LOG = LoggerFactory.getLogger(PendingBatch.class);

    private final FileOperations files;
    private final Path file;
    private final Path temporary;

    PendingBatch(FileOperations files, Path stateDirectory) {
        this.files = files;
        this.file = stateDirectory.resolve("pending.json");
        this.temporary = stateDirectory.resolve("pending.new");
    }

    void write(RuleChange change, List<FileChange> changes) throws IOException {
        ObjectNode tree = ChangeCodec.JSON.createObjectNode();
        tree.set("change", ChangeCodec.toTree(change));
        ArrayNode array = tree.putArray("files");
        for (FileChange each : changes) {
            array.addObject()
                    .put("file", each.file().toString())
                    .put("before", each.before())
                    .put("after", each.after());
        }
        files.write(temporary, ChangeCodec.toBytes(tree));
        files.move(temporary, file);
    }

    void delete() throws IOException {
        files.delete(file);
    }

    boolean exists() throws IOException {
        return files.read(file) != null;
    }

    /** Completes what a crash has left, or takes it back. */
    void recover(DirectoryHistory history) throws IOException {
        byte[] content = files.read(file);
        if (content == null) {
            return;
        }
        JsonNode tree = ChangeCodec.JSON.readTree(content);
        RuleChange change = ChangeCodec.fromTree(tree.get("change"));
        if (change == null) {
            throw new IOException(
                    file
                            + " is damaged, so that the change in it cannot be completed: look at"
                            + " the rules of the directory, and delete that file");
        }
        List<FileChange> changes = changes(tree.path("files"));
        String edited = editedSince(changes);
        if (edited == null) {
            complete(changes);
            history.record(change, changes.stream().map(FileChange::file).toList());
            LOG.info("Completed the change {} by {}, after a crash", change.id(), change.author());
        } else {
            takeBack(changes);
            LOG.warn(
                    "Took back the change {} by {} after a crash, as {} was edited since",
                    change.id(),
                    change.author(),
                    edited);
        }
        new FileBatch(files, changes).discard();
        delete();
    }

    private static List<FileChange> changes(JsonNode array) throws IOException {
        List<FileChange> changes = new ArrayList<>();
        for (JsonNode each : array) {
            Path of = Path.of(each.path("file").asText());
            changes.add(new FileChange(of, bytes(each.path("before")), bytes(each.path("after"))));
        }
        return changes;
    }

    private static byte @Nullable [] bytes(JsonNode node) throws IOException {
        return node.isNull() ? null : node.binaryValue();
    }

    private @Nullable String editedSince(List<FileChange> changes) throws IOException {
        for (FileChange change : changes) {
            byte[] now = files.read(change.file());
            if (!Arrays.equals(now, change.before()) && !Arrays.equals(now, change.after())) {
                return change.file().toString();
            }
        }
        return null;
    }

    private void complete(List<FileChange> changes) throws IOException {
        List<FileChange> open = new ArrayList<>();
        for (FileChange change : changes) {
            if (!Arrays.equals(files.read(change.file()), change.after())) {
                open.add(change);
            }
        }
        applyAll(open);
    }

    private void takeBack(List<FileChange> changes) throws IOException {
        List<FileChange> reversed = new ArrayList<>();
        for (FileChange change : changes) {
            if (Arrays.equals(files.read(change.file()), change.after())) {
                reversed.add(change.reversed());
            }
        }
        applyAll(reversed);
    }

    private void applyAll(List<FileChange> changes) throws IOException {
        var batch = new FileBatch(files, changes);
        batch.prepare();
        batch.apply();
    }
}
