package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.opensergo.api.Origin;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * A cache file of any bytes, as they are and once more with the header and the checksum put right:
 * it is used or refused as unusable, and what is used is kept and read again.
 */
class CacheFileFuzzTest {

    private static final Target TARGET = Target.of("app");
    private static final byte[] MAGIC = "OSRGRULE".getBytes(StandardCharsets.US_ASCII);
    private static final int FORMAT_OFFSET = 8;
    private static final int LENGTH_OFFSET = 24;
    private static final int CHECKSUM_OFFSET = 28;

    @FuzzTest
    void usesOrRefusesAndNeverThrowsAnythingElse(byte[] input) {
        read(input);
        if (input.length >= CacheFile.HEADER_BYTES) {
            read(putRight(input));
        }
    }

    private static void read(byte[] file) {
        RuleSnapshot<RateLimitStrategy> snapshot;
        try {
            snapshot = CacheFile.decode(file, TARGET, RateLimitStrategy.KIND);
        } catch (UnusableCacheFileException e) {
            assertThat(e).message().isNotBlank();
            return;
        }
        assertThat(snapshot.origin()).isEqualTo(Origin.DISK_CACHE);
        // public messages name neither: they are bound to what the file is about
        if (snapshot.rules().stream().allMatch(CacheFileFuzzTest::isOfTarget)) {
            assertSurvivesWriting(snapshot);
        }
    }

    private static boolean isOfTarget(RateLimitStrategy rule) {
        return TARGET.app().equals(rule.app())
                && TARGET.namespace().equals(rule.metadata().namespace());
    }

    private static void assertSurvivesWriting(RuleSnapshot<RateLimitStrategy> snapshot) {
        try {
            assertThat(CacheFile.decode(CacheFile.encode(snapshot), TARGET, RateLimitStrategy.KIND))
                    .isEqualTo(snapshot);
        } catch (UnusableCacheFileException e) {
            throw new AssertionError("what was read cannot be read again: " + snapshot, e);
        }
    }

    /** What a checksum keeps out of the decoder is not what the decoder should rely on. */
    private static byte[] putRight(byte[] input) {
        byte[] file = Arrays.copyOf(input, input.length);
        ByteBuffer.wrap(file)
                .put(0, MAGIC)
                .putInt(FORMAT_OFFSET, 1)
                .putInt(LENGTH_OFFSET, file.length - CacheFile.HEADER_BYTES)
                .putInt(CHECKSUM_OFFSET, 0);
        var checksum = new CRC32C();
        checksum.update(file, 0, CHECKSUM_OFFSET);
        checksum.update(file, CacheFile.HEADER_BYTES, file.length - CacheFile.HEADER_BYTES);
        ByteBuffer.wrap(file).putInt(CHECKSUM_OFFSET, (int) checksum.getValue());
        return file;
    }
}
