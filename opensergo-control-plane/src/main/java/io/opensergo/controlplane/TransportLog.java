package io.opensergo.controlplane;

import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Exception;
import java.io.IOException;
import java.util.List;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Says in a line, and a few times a minute, what gRPC would log with a stack trace each time that a
 * peer breaks the protocol: one connection could fill a disk with them.
 *
 * <p>It filters the loggers of gRPC's server transport, which are of {@code java.util.logging}. A
 * filter that the application has set on one of them is asked first.
 */
final class TransportLog implements Filter {

    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(TransportLog.class);

    /** Held here, since the log manager would forget them and their filters. */
    static final List<Logger> LOGGERS =
            List.of(
                    logger("NettyServerStream"),
                    logger("NettyServerHandler"),
                    logger("NettyServerTransport.connections"));

    private final @Nullable Filter before;
    private final LogLimit limit;

    TransportLog(@Nullable Filter before, LogLimit limit) {
        this.before = before;
        this.limit = limit;
    }

    private static Logger logger(String simpleName) {
        return Logger.getLogger(NettyServerBuilder.class.getPackageName() + "." + simpleName);
    }

    /** Filters from now on; a second time does nothing. */
    static synchronized void install() {
        for (Logger logger : LOGGERS) {
            Filter before = logger.getFilter();
            if (!(before instanceof TransportLog)) {
                logger.setFilter(new TransportLog(before, new LogLimit(10, 60)));
            }
        }
    }

    @Override
    public boolean isLoggable(LogRecord entry) {
        if (before != null && !before.isLoggable(entry)) {
            return false;
        }
        Throwable fault = entry.getThrown();
        if (fault == null || entry.getLevel().intValue() < Level.INFO.intValue()) {
            return true;
        }
        boolean byPeer = isByPeer(fault);
        limit.log(
                more -> {
                    String what =
                            ClientText.printable(entry.getMessage() + ": " + fault.getMessage());
                    if (byPeer) {
                        LOG.warn("A peer broke the protocol: {}{}", what, more);
                    } else {
                        LOG.warn("The transport failed: {}{}", what, more, fault);
                    }
                });
        return false;
    }

    /** Anything else may be a fault of ours, whose place one wants to know. */
    private static boolean isByPeer(Throwable fault) {
        return fault instanceof Http2Exception
                || fault instanceof StatusException
                || fault instanceof StatusRuntimeException
                || fault instanceof IllegalArgumentException
                || fault instanceof IOException;
    }
}
