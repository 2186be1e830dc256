package io.opensergo.client;

import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import org.jspecify.annotations.Nullable;

/** TLS as it is now. Made on any thread, then confined to the event loop. */
interface ClientTls {

    /** Returns the name that the server's certificate must bear, if it is not the endpoint's. */
    @Nullable String serverName();

    /** Returns the context to connect with now. */
    SslContext current();
}
