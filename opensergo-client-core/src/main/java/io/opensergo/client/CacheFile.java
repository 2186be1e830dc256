package io.opensergo.client;

import com.google.protobuf.InvalidProtocolBufferException;
import io.opensergo.api.Origin;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.proto.DecodedRules;
import io.opensergo.proto.EncodedRules;
import io.opensergo.proto.RejectedMessage;
import io.opensergo.proto.WireCodec;
import io.opensergo.proto.WireStatus;
import io.opensergo.proto.internal.transport.v1.DataWithVersion;
import io.opensergo.proto.internal.transport.v1.Status;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The format of a file that keeps one snapshot: a header, and the push by which a control plane
 * would send these rules, so that the wire's mapping of rules is the only one.
 *
 * <pre>
 * offset  bytes
 *      0      8  the letters OSRGRULE
 *      8      4  version of the format, 1
 *     12      8  when a control plane sent the rules: seconds since 1970
 *     20      4  and nanoseconds
 *     24      4  length of the push
 *     28      4  CRC32C of everything else
 *     32      -  the push, a SubscribeResponse
 * </pre>
 *
 * <p>Numbers are big-endian. The checksum finds files that are torn or rotten. It is no signature:
 * who may write to the directory decides about the rules.
 */
final class CacheFile {

    static final int HEADER_BYTES = 32;

    private static final Logger LOG = LoggerFactory.getLogger(CacheFile.class);
    private static final byte[] MAGIC = "OSRGRULE".getBytes(StandardCharsets.US_ASCII);
    private static final int FORMAT = 1;
    private static final int CHECKSUM_OFFSET = 28;

    private static final WireCodec CODEC = new WireCodec();

    private CacheFile() {}

    /** Returns the content of the file that keeps a snapshot. */
    static byte[] encode(RuleSnapshot<?> snapshot) {
        EncodedRules rules = CODEC.encode(snapshot.rules());
        SubscribeResponse push =
                SubscribeResponse.newBuilder()
                        .setStatus(
                                Status.newBuilder()
                                        .setCode(WireStatus.SUCCESS)
                                        .addAllDetails(rules.details()))
                        .setNamespace(snapshot.target().namespace())
                        .setApp(snapshot.target().app())
                        .setKind(snapshot.kind().wireName())
                        .setDataWithVersion(
                                DataWithVersion.newBuilder()
                                        .setVersion(snapshot.version())
                                        .addAllData(rules.data()))
                        .build();
        return encode(push.toByteArray(), snapshot.receivedAt());
    }

    static byte[] encode(byte[] push, Instant receivedAt) {
        ByteBuffer file = ByteBuffer.allocate(HEADER_BYTES + push.length);
        file.put(MAGIC)
                .putInt(FORMAT)
                .putLong(receivedAt.getEpochSecond())
                .putInt(receivedAt.getNano())
                .putInt(push.length)
                .putInt(0)
                .put(push);
        file.putInt(CHECKSUM_OFFSET, checksum(file.array()));
        return file.array();
    }

    /**
     * Returns the snapshot that a file keeps. Of its rules those that this version of the library
     * cannot read are left out with a warning.
     *
     * @throws UnusableCacheFileException if it is no such file, or about another key, or damaged,
     *     or none of its rules can be read
     */
    static <R extends Rule> RuleSnapshot<R> decode(byte[] bytes, Target target, RuleKind<R> kind)
            throws UnusableCacheFileException {
        ByteBuffer file = ByteBuffer.wrap(bytes);
        requireOwnFormat(file);
        long seconds = file.getLong();
        int nanos = file.getInt();
        requireWhole(file, bytes);
        Instant receivedAt = receivedAt(seconds, nanos);
        SubscribeResponse push = parse(file.position(HEADER_BYTES));
        requireSameKey(push, target, kind);
        DecodedRules<R> decoded =
                CODEC.decode(
                        kind,
                        target.namespace(),
                        target.app(),
                        push.getDataWithVersion().getDataList(),
                        push.getStatus().getDetailsList());
        requireUsable(decoded, target, kind);
        return new RuleSnapshot<>(
                target,
                kind,
                push.getDataWithVersion().getVersion(),
                Origin.DISK_CACHE,
                receivedAt,
                decoded.rules(),
                List.of());
    }

    private static Instant receivedAt(long seconds, int nanos) throws UnusableCacheFileException {
        try {
            return Instant.ofEpochSecond(seconds, nanos);
        } catch (DateTimeException | ArithmeticException e) {
            throw new UnusableCacheFileException("says that it is of a time that there is not");
        }
    }

    private static void requireOwnFormat(ByteBuffer file) throws UnusableCacheFileException {
        if (file.remaining() < HEADER_BYTES) {
            throw new UnusableCacheFileException(
                    "has " + file.remaining() + " bytes and is shorter than its header");
        }
        byte[] magic = new byte[MAGIC.length];
        file.get(magic);
        if (!Arrays.equals(magic, MAGIC)) {
            throw new UnusableCacheFileException("is not a rule cache file");
        }
        int format = file.getInt();
        if (format != FORMAT) {
            throw new UnusableCacheFileException(
                    "has format version " + format + ", this client reads " + FORMAT);
        }
    }

    private static void requireWhole(ByteBuffer file, byte[] bytes)
            throws UnusableCacheFileException {
        int expected = file.getInt();
        int found = bytes.length - HEADER_BYTES;
        if (expected != found) {
            throw new UnusableCacheFileException(
                    "is torn: has " + found + " bytes of rules instead of " + expected);
        }
        if (file.getInt() != checksum(bytes)) {
            throw new UnusableCacheFileException("is damaged: its checksum does not match");
        }
    }

    private static int checksum(byte[] file) {
        var checksum = new CRC32C();
        checksum.update(file, 0, CHECKSUM_OFFSET);
        checksum.update(file, HEADER_BYTES, file.length - HEADER_BYTES);
        return (int) checksum.getValue();
    }

    private static SubscribeResponse parse(ByteBuffer push) throws UnusableCacheFileException {
        try {
            return SubscribeResponse.parseFrom(push);
        } catch (InvalidProtocolBufferException e) {
            throw new UnusableCacheFileException("cannot be read: " + e.getMessage(), e);
        }
    }

    private static void requireSameKey(SubscribeResponse push, Target target, RuleKind<?> kind)
            throws UnusableCacheFileException {
        if (!push.getNamespace().equals(target.namespace())
                || !push.getApp().equals(target.app())
                || !push.getKind().equals(kind.wireName())) {
            throw new UnusableCacheFileException(
                    "is about "
                            + push.getKind()
                            + " of "
                            + push.getNamespace()
                            + "/"
                            + push.getApp());
        }
    }

    private static void requireUsable(DecodedRules<?> decoded, Target target, RuleKind<?> kind)
            throws UnusableCacheFileException {
        if (decoded.rejected().isEmpty()) {
            return;
        }
        String reasons =
                decoded.rejected().stream()
                        .map(RejectedMessage::reason)
                        .collect(Collectors.joining("; "));
        if (decoded.rules().isEmpty()) {
            throw new UnusableCacheFileException("holds no rule that can be used: " + reasons);
        }
        LOG.warn(
                "Left out cached rules of {} for {} that cannot be used: {}",
                kind.name(),
                target,
                reasons);
    }
}
