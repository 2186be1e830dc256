package io.opensergo.kubernetes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Kubeconfigs of a test. */
final class Kubeconfigs {

    private Kubeconfigs() {}

    static Path withToken(Path file, String url, String token) throws IOException {
        return withUser(file, url, "{token: " + token + "}");
    }

    static Path withUser(Path file, String url, String user) throws IOException {
        return Files.writeString(
                file,
                """
                apiVersion: v1
                kind: Config
                current-context: test
                contexts:
                - {name: test, context: {cluster: here, user: me}}
                - {name: elsewhere, context: {cluster: gone, user: me}}
                clusters:
                - {name: here, cluster: {server: "%s"}}
                users:
                - {name: me, user: %s}
                """
                        .formatted(url, user));
    }
}
