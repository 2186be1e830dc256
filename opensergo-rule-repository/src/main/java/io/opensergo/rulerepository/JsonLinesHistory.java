package io.opensergo.rulerepository;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A history in a file, a line of JSON for each change, the newest last.
 *
 * <p>Bounded: when there are more than {@value #MAX_CHANGES} changes and a quarter, or more bytes
 * than 32 MiB, the oldest go. A line that a crash has cut off is skipped.
 */
final class JsonLinesHistory implements DirectoryHistory {

    static final int MAX_CHANGES = 1_000;
    private static final int MAX_BYTES = 32 * 1024 * 1024;

    private final Path directory;
    private final FileOperations files;
    private final int maxBytes;

    JsonLinesHistory(Path directory, FileOperations files) {
        this(directory, files, MAX_BYTES);
    }

    JsonLinesHistory(Path directory, FileOperations files, int maxBytes) {
        this.directory = directory;
        this.files = files;
        this.maxBytes = maxBytes;
    }

    @Override
    public Path stateDirectory() {
        return directory;
    }

    private Path file() {
        return directory.resolve("history.jsonl");
    }

    @Override
    public @Nullable String readOnlyReason() {
        return null;
    }

    @Override
    public RuleChange record(RuleChange change, List<Path> changed) throws IOException {
        byte[] kept = files.read(file());
        List<byte[]> lines = kept == null ? List.of() : lines(kept);
        if (!lines.isEmpty()) {
            RuleChange last = parse(lines.get(lines.size() - 1));
            if (last != null && last.id().equals(change.id())) {
                return change; // recorded before a crash
            }
        }
        byte[] line = ChangeCodec.toBytes(ChangeCodec.toTree(change));
        boolean large = kept != null && kept.length + line.length > maxBytes;
        if (large || lines.size() >= MAX_CHANGES + MAX_CHANGES / 4) {
            rewrite(lines, line);
        } else {
            boolean cutOff = kept != null && kept.length > 0 && kept[kept.length - 1] != '\n';
            var added = new ByteArrayOutputStream();
            added.writeBytes(cutOff ? new byte[] {'\n'} : new byte[0]);
            added.writeBytes(line);
            added.write('\n');
            files.append(file(), added.toByteArray());
        }
        return change;
    }

    private void rewrite(List<byte[]> lines, byte[] last) throws IOException {
        List<byte[]> newest = new ArrayList<>(List.of(last));
        long size = last.length;
        for (int i = lines.size() - 1; i >= 0 && newest.size() < MAX_CHANGES; i--) {
            size += lines.get(i).length + 1L;
            if (size > maxBytes / 2) {
                break;
            }
            newest.add(lines.get(i));
        }
        Collections.reverse(newest);
        var content = new ByteArrayOutputStream();
        for (byte[] line : newest) {
            content.writeBytes(line);
            content.write('\n');
        }
        Path temporary = directory.resolve("history.new");
        files.write(temporary, content.toByteArray());
        files.move(temporary, file());
    }

    @Override
    public List<RuleChange> read(HistoryQuery query) throws IOException {
        byte[] kept = files.read(file());
        List<RuleChange> changes = new ArrayList<>();
        if (kept != null) {
            for (byte[] line : lines(kept)) {
                RuleChange change = parse(line);
                if (change != null) {
                    changes.add(change);
                }
            }
        }
        Collections.reverse(changes);
        return query.select(changes);
    }

    private static List<byte[]> lines(byte[] content) {
        List<byte[]> lines = new ArrayList<>();
        int begin = 0;
        for (int i = 0; i <= content.length; i++) {
            if (i == content.length || content[i] == '\n') {
                if (i > begin) {
                    lines.add(java.util.Arrays.copyOfRange(content, begin, i));
                }
                begin = i + 1;
            }
        }
        return lines;
    }

    private static @Nullable RuleChange parse(byte[] line) {
        try {
            return ChangeCodec.fromTree(ChangeCodec.JSON.readTree(line));
        } catch (JsonProcessingException e) {
            return null; // cut off by a crash
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory failed", e);
        }
    }
}
