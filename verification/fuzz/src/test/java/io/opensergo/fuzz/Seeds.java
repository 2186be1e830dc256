package io.opensergo.fuzz;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.opensergo.proto.EncodedRules;
import io.opensergo.proto.WireCodec;
import io.opensergo.proto.internal.transport.v1.DataWithVersion;
import io.opensergo.proto.internal.transport.v1.Status;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.Rule;
import io.opensergo.rules.document.RuleReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Writes the inputs that fuzzing begins with: real documents, and what they are encoded to.
 *
 * <p>Arguments: the directory of the test resources, then the documents. To be run again when the
 * encoding changes.
 */
final class Seeds {

    private static final WireCodec CODEC = new WireCodec();

    private final Path resources;

    private Seeds(Path resources) {
        this.resources = resources;
    }

    public static void main(String[] args) throws IOException {
        var seeds = new Seeds(Path.of(args[0]).resolve("io/opensergo/fuzz"));
        for (Path file : Stream.of(args).skip(1).map(Path::of).toList()) {
            String name = file.getParent().getFileName() + "-" + file.getFileName();
            seeds.write(RuleReaderFuzzTest.class, name, Files.readAllBytes(file));
            List<Rule> rules = RuleReader.lenient().read(file).rules();
            for (int i = 0; i < rules.size(); i++) {
                seeds.write(name.replaceAll("\\.\\w+$", "") + "-" + i, rules.get(i));
            }
        }
    }

    private void write(String name, Rule rule) throws IOException {
        EncodedRules encoded = CODEC.encode(List.of(rule));
        write(WireMessageFuzzTest.class, name, message(rule, encoded));
        write(
                WireResponseFuzzTest.class,
                name,
                SubscribeResponse.newBuilder()
                        .setNamespace(rule.metadata().namespace())
                        .setApp(Objects.requireNonNullElse(rule.app(), ""))
                        .setKind(rule.kind().wireName())
                        .setStatus(Status.newBuilder().addAllDetails(encoded.details()))
                        .setDataWithVersion(
                                DataWithVersion.newBuilder()
                                        .setVersion(7)
                                        .addAllData(encoded.data()))
                        .build()
                        .toByteArray());
    }

    /** Returns an input of {@link WireMessageFuzzTest}. */
    private static byte[] message(Rule rule, EncodedRules encoded) {
        Any item = encoded.data().get(0);
        ByteString value = item.getValue();
        ByteString document =
                encoded.details().isEmpty()
                        ? ByteString.EMPTY
                        : encoded.details().get(0).getValue();
        int rest = value.size() + document.size();
        var bytes = new ByteArrayOutputStream();
        bytes.write(WireMessageFuzzTest.KINDS.indexOf(rule.kind()));
        bytes.write(WireMessageFuzzTest.TYPES.indexOf(item.getTypeUrl()));
        bytes.write(rest == 0 ? 0 : (document.size() * 256 + rest - 1) / rest);
        bytes.writeBytes(value.toByteArray());
        bytes.writeBytes(document.toByteArray());
        return bytes.toByteArray();
    }

    private void write(Class<?> target, String name, byte[] bytes) throws IOException {
        Path directory = resources.resolve(target.getSimpleName() + "Inputs");
        Files.createDirectories(directory);
        Files.write(directory.resolve(name), bytes);
    }
}
