package io.opensergo.cli;

import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.ControlPlaneBuilder;
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
            description =
                    "How many streams are served at a time; default: "
                            + ControlPlane.DEFAULT_MAX_STREAMS
                            + ", less if there is little memory.")
    private @Nullable Integer maxStreams;

    @Option(
            names = "--max-streams-per-client",
            paramLabel = "N",
            converter = PositiveConverter.class,
            description =
                    "How many of them one client may have, by its token's name or its address; default: all.")
    private @Nullable Integer maxStreamsPerClient;

    @Option(
            names = "--max-connections",
            paramLabel = "N",
            converter = PositiveConverter.class,
            description =
                    "How many connections are open at a time; default: "
                            + ControlPlane.DEFAULT_MAX_CONNECTIONS
                            + ", less if there is little memory.")
    private @Nullable Integer maxConnections;

    @Option(
            names = "--max-connections-per-address",
            paramLabel = "N",
            converter = PositiveConverter.class,
            description = "How many of them may come from one address; default: half of all.")
    private @Nullable Integer maxConnectionsPerAddress;

    @Option(
            names = "--max-connection-age",
            paramLabel = "TIME",
            description = {
                "How old a connection may become, such as 30m, before its client is told to connect anew:",
                "a client whose certificate is no longer valid loses its rules' updates then; default: any age."
            })
    private @Nullable Duration maxConnectionAge;

    @Option(
            names = "--max-connection-age-grace",
            paramLabel = "TIME",
            description = "How long such a client has to leave; default: 30s.")
    private Duration maxConnectionAgeGrace = Duration.ofSeconds(30);

    @Option(
            names = "--drain",
            paramLabel = "TIME",
            description =
                    "How long clients have to take what is due when the process is told to end; default: 2s.")
    private Duration drain = Duration.ofSeconds(2);

    void apply(ControlPlaneBuilder builder) {
        builder.drainTimeout(drain);
        if (maxStreams != null) {
            builder.maxStreams(maxStreams);
        }
        applyConnections(builder);
        if (maxStreamsPerClient != null) {
            builder.maxStreamsPerClient(maxStreamsPerClient);
        }
    }

    private void applyConnections(ControlPlaneBuilder builder) {
        if (maxConnections != null || maxConnectionsPerAddress != null) {
            int inAll =
                    maxConnections == null ? ControlPlane.DEFAULT_MAX_CONNECTIONS : maxConnections;
            builder.maxConnections(
                    inAll,
                    maxConnectionsPerAddress == null
                            ? Math.max(1, inAll / 2)
                            : maxConnectionsPerAddress);
        }
        if (maxConnectionAge != null) {
            builder.maxConnectionAge(maxConnectionAge, maxConnectionAgeGrace);
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
