package io.opensergo.spring.boot;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;

/** The settings {@code opensergo.*}; Spring Boot writes them. */
@ConfigurationProperties("opensergo")
public class OpenSergoProperties {

    /** Whether anything is governed. */
    private boolean enabled = true;

    /**
     * Control planes, the preferred one first: host:port, http://host:port or https://host:port.
     */
    private List<String> endpoints = new ArrayList<>();

    /** Namespace of the application's rules. */
    private String namespace = "default";

    /** Name under which rules know the application; spring.application.name by default. */
    private @Nullable String app;

    /** Bearer token for the control plane. */
    private @Nullable String token;

    /** Directory in which the last good rules are kept over restarts. */
    private @Nullable Path cacheDirectory;

    /**
     * Rules without a control plane: a directory, which is followed, or resources such as
     * classpath:rules/*.yaml, which are read once.
     */
    private @Nullable String rules;

    @NestedConfigurationProperty private final Tls tls = new Tls();
    @NestedConfigurationProperty private final Server server = new Server();
    @NestedConfigurationProperty private final Client client = new Client();

    /** Makes the defaults. */
    public OpenSergoProperties() {}

    public boolean isEnabled() {
        return enabled;
    }

    public void setEnabled(boolean enabled) {
        this.enabled = enabled;
    }

    public List<String> getEndpoints() {
        return endpoints;
    }

    public void setEndpoints(List<String> endpoints) {
        this.endpoints = endpoints;
    }

    public String getNamespace() {
        return namespace;
    }

    public void setNamespace(String namespace) {
        this.namespace = namespace;
    }

    public @Nullable String getApp() {
        return app;
    }

    public void setApp(@Nullable String app) {
        this.app = app;
    }

    public @Nullable String getToken() {
        return token;
    }

    public void setToken(@Nullable String token) {
        this.token = token;
    }

    public @Nullable Path getCacheDirectory() {
        return cacheDirectory;
    }

    public void setCacheDirectory(@Nullable Path cacheDirectory) {
        this.cacheDirectory = cacheDirectory;
    }

    public @Nullable String getRules() {
        return rules;
    }

    public void setRules(@Nullable String rules) {
        this.rules = rules;
    }

    public Tls getTls() {
        return tls;
    }

    public Server getServer() {
        return server;
    }

    public Client getClient() {
        return client;
    }

    /** The settings {@code opensergo.tls.*}: TLS to the control plane, with PEM files. */
    public static class Tls {

        /** File of the authorities that are trusted; those of Java by default. */
        private @Nullable Path caFile;

        /** File of the application's own certificate chain. */
        private @Nullable Path certFile;

        /** File of the private key of the certificate. */
        private @Nullable Path keyFile;

        /** Name that the control plane's certificate must have instead of the endpoint's host. */
        private @Nullable String serverName;

        /** Makes the defaults. */
        public Tls() {}

        public @Nullable Path getCaFile() {
            return caFile;
        }

        public void setCaFile(@Nullable Path caFile) {
            this.caFile = caFile;
        }

        public @Nullable Path getCertFile() {
            return certFile;
        }

        public void setCertFile(@Nullable Path certFile) {
            this.certFile = certFile;
        }

        public @Nullable Path getKeyFile() {
            return keyFile;
        }

        public void setKeyFile(@Nullable Path keyFile) {
            this.keyFile = keyFile;
        }

        public @Nullable String getServerName() {
            return serverName;
        }

        public void setServerName(@Nullable String serverName) {
            this.serverName = serverName;
        }
    }

    /** The settings {@code opensergo.server.*}. */
    public static class Server {

        /** Whether requests to this application are guarded. */
        private boolean enabled = true;

        /** Patterns of handlers that are left alone, for example /internal/**. */
        private List<String> exclude = new ArrayList<>();

        /** Makes the defaults. */
        public Server() {}

        public boolean isEnabled() {
            return enabled;
        }

        public void setEnabled(boolean enabled) {
            this.enabled = enabled;
        }

        public List<String> getExclude() {
            return exclude;
        }

        public void setExclude(List<String> exclude) {
            this.exclude = exclude;
        }
    }

    /** The settings {@code opensergo.client.*}. */
    public static class Client {

        /** Whether calls of this application are guarded. */
        private boolean enabled = true;

        /** Hosts whose calls are left alone; an asterisk stands for any part of a name. */
        private List<String> exclude = new ArrayList<>();

        /** Makes the defaults. */
        public Client() {}

        public boolean isEnabled() {
            return enabled;
        }

        public void setEnabled(boolean enabled) {
            this.enabled = enabled;
        }

        public List<String> getExclude() {
            return exclude;
        }

        public void setExclude(List<String> exclude) {
            this.exclude = exclude;
        }
    }
}
