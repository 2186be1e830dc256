package io.opensergo.client;

import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.opensergo.api.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS with the PEM files as they are now: a connection that is made after files were replaced uses
 * the new ones. Made on any thread, then confined to the event loop.
 *
 * <p>Files that cannot be used, such as half of a new pair, leave those in use that were good
 * before. Established connections are left alone.
 *
 * <p>The event loop reads the files itself, against its rule not to block: that is a few kilobytes,
 * only after a change, and only while a connection is being made; otherwise it looks at the files'
 * times and sizes. To read them elsewhere would let an attempt start with files known to be old.
 */
final class TlsContext implements ClientTls {

    private static final Logger LOG = LoggerFactory.getLogger(TlsContext.class);

    private final TlsSettings settings;
    private List<FileStamp> stamps;
    private SslContext context;
    private String lastFault = "";

    /** What tells a file from the one that was there before; all is null if there is none. */
    private record FileStamp(@Nullable FileTime modified, long size, @Nullable Object fileKey) {

        static FileStamp of(Path file) {
            try {
                var attributes = Files.readAttributes(file, BasicFileAttributes.class);
                return new FileStamp(
                        attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
            } catch (IOException e) {
                return new FileStamp(null, 0, null);
            }
        }
    }

    /**
     * Reads the files.
     *
     * @throws ConfigurationException naming the setting that cannot be used
     */
    TlsContext(TlsSettings settings) {
        this.settings = settings;
        this.stamps = stamps(settings);
        this.context = read(settings);
    }

    @Override
    public @Nullable String serverName() {
        return settings.serverName();
    }

    @Override
    public SslContext current() {
        List<FileStamp> now = stamps(settings);
        if (!now.equals(stamps)) {
            readAgain(now);
        }
        return context;
    }

    /** Files that cannot be used are tried each time: a permission is mended without a trace. */
    private void readAgain(List<FileStamp> now) {
        try {
            context = read(settings);
            stamps = now;
            lastFault = "";
            LOG.info("The TLS files have changed; new connections use the new ones");
        } catch (ConfigurationException e) {
            String fault = String.valueOf(e.getMessage());
            if (!fault.equals(lastFault)) {
                lastFault = fault;
                LOG.warn(
                        "The TLS files have changed, but cannot be used: {}; new connections use"
                                + " those that were read before, until they can",
                        fault);
            }
        }
    }

    private static List<FileStamp> stamps(TlsSettings settings) {
        return Stream.of(settings.caFile(), settings.certFile(), settings.keyFile())
                .filter(Objects::nonNull)
                .map(FileStamp::of)
                .toList();
    }

    private static SslContext read(TlsSettings settings) {
        var builder = GrpcSslContexts.forClient();
        Path caFile = settings.caFile();
        Path certFile = settings.certFile();
        Path keyFile = settings.keyFile();
        if (caFile != null) {
            builder.trustManager(PemFile.read("tls.caFile", caFile).certificates());
        }
        if (certFile != null && keyFile != null) {
            OwnCertificate own = OwnCertificate.read(certFile, keyFile);
            builder.keyManager(own.key(), own.chain());
        }
        try {
            return builder.build();
        } catch (SSLException e) {
            throw new ConfigurationException("tls", "cannot be used: " + e.getMessage(), e);
        }
    }
}
