package io.opensergo.cli;

import io.opensergo.controlplane.ControlPlane;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options of {@code serve} that say how much clients may ask. */
final class ServeLimits {

    @Option(
            names = "--max-streams",
            paramLabel = "N",
            converter = PositiveConverter.class,
            description = "How many streams are served at a time; default: ${DEFAULT-VALUE}.")
    private int maxStreams = ControlPlane.DEFAULT_MAX_STREAMS;

    @Option(
            names = "--max-streams-per-client",
            paramLabel = "N",
            converter = PositiveConverter.class,
            description =
                    "How many of them one client may have, by its token's name or its address; default: all.")
    private @Nullable Integer maxStreamsPerClient;

    @Option(
            names = "--drain",
            paramLabel = "TIME",
            description =
                    "How long clients have to take what is due when the process is told to end; default: 2s.")
    private Duration drain = Duration.ofSeconds(2);

    void apply(ControlPlane.Builder builder) {
        builder.maxStreams(maxStreams).drainTimeout(drain);
        if (maxStreamsPerClient != null) {
            builder.maxStreamsPerClient(maxStreamsPerClient);
        }
    }

    /** Reads whole numbers from 1. */
    static final class PositiveConverter implements ITypeConverter<Integer> {

        @Override
        public Integer convert(String value) {
            try {
                int number = Integer.parseInt(value);
                if (number > 0) {
                    return number;
                }
            } catch (NumberFormatException e) {
                throw mismatch(value);
            }
            throw mismatch(value);
        }

        private static TypeConversionException mismatch(String value) {
            return new TypeConversionException("must be a whole number >= 1, was '" + value + "'");
        }
    }
}
