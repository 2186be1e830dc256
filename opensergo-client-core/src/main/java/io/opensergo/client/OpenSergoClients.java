package io.opensergo.client;

import io.opensergo.api.ConfigurationException;
import io.opensergo.api.OpenSergoClient;
import java.util.Optional;

/** Makes clients. */
public final class OpenSergoClients {

    private OpenSergoClients() {}

    /**
     * Makes a client of one control plane. It connects in the background; an unreachable control
     * plane is a state of the client and not an error here.
     *
     * @param endpoint {@code host:port}, as {@link OpenSergoClientBuilder#endpoints} takes it
     * @throws ConfigurationException if the endpoint is malformed
     */
    public static OpenSergoClient connect(String endpoint) {
        return builder().endpoints(endpoint).build();
    }

    /**
     * Makes a client from the environment, as {@link OpenSergoClientBuilder#bootstrap()} reads it.
     *
     * @throws ConfigurationException if the environment names no control plane or a setting cannot
     *     be used
     */
    public static OpenSergoClient connect() {
        return fromEnvironment()
                .orElseThrow(
                        () ->
                                new ConfigurationException(
                                        Bootstrap.CONFIG_VARIABLE,
                                        "neither this variable nor "
                                                + Bootstrap.FILE_VARIABLE
                                                + " is set; set one, for example to {\"endpoint\":\"localhost:10246\"}"));
    }

    /**
     * Makes a client from the environment if it names a control plane: an application that is
     * started without one is not governed.
     *
     * @throws ConfigurationException if a setting in the environment cannot be used
     */
    public static Optional<OpenSergoClient> fromEnvironment() {
        return Bootstrap.find(System.getenv())
                .map(bootstrap -> builder().bootstrap(bootstrap).build());
    }

    /** Starts a client with every setting at its default. */
    public static OpenSergoClientBuilder builder() {
        return new OpenSergoClientBuilder();
    }
}
