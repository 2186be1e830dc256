package io.opensergo.etcd;

import static io.opensergo.rulerepository.TestRules.id;
import static io.opensergo.rulerepository.TestRules.limit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opensergo.rulerepository.RuleEdit;
import io.opensergo.rules.document.RuleReader;
import io.opensergo.testsupport.TestCertificate;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EtcdSecurityTest {

    @TempDir private Path directory;

    private static EtcdRuleRepository open(EtcdSettings settings) {
        return EtcdRuleRepository.open(settings, RuleReader.strict());
    }

    private static RuleEdit edit(String name) {
        return RuleEdit.by("ann").create(limit(name, 1)).build();
    }

    @Test
    void usersLogInAndOthersAreRefused() throws Exception {
        try (EtcdServer server = EtcdServer.start(directory)) {
            server.enableUsers("secret");
            EtcdSettings anonymous = server.settings();
            EtcdSettings mistaken = anonymous.withUser("root", "guess");
            EtcdSettings root = anonymous.withUser("root", "secret");

            try (var repository = open(root)) {
                repository.commit(edit("a"));
                assertThat(repository.find(id("a"))).isPresent();
            }
            try (var repository = open(anonymous)) {
                assertThatThrownBy(() -> repository.commit(edit("b")))
                        .isInstanceOf(UncheckedIOException.class)
                        .hasMessageContaining("refuses: check the user, the password");
            }
            try (var repository = open(mistaken)) {
                assertThat(repository.readOnlyReason())
                        .contains("refuses: check the user, the password")
                        .doesNotContain("guess");
            }
        }
    }

    @Test
    void aUserIsLoggedInAnewAfterTheServerHasForgottenIts() throws Exception {
        try (EtcdServer server = EtcdServer.start(directory)) {
            server.enableUsers("secret");
            EtcdSettings root = server.settings().withUser("root", "secret");
            var recorder = new Recorder();
            EtcdRuleSource source = EtcdRuleSource.of(root);
            try (source;
                    var repository = open(root)) {
                source.start(recorder);
                repository.commit(edit("a"));
                await().atMost(EtcdServer.PATIENCE).until(() -> recorder.rules.size() == 1);

                server.kill(); // its tokens are in its memory
                server.start();

                repository.commit(edit("b"));
                await().atMost(EtcdServer.PATIENCE).until(() -> recorder.rules.size() == 2);
            }
        }
    }

    @Test
    void anEncryptedServerIsTrustedByTheCertificateThatIsNamedAndTrustsTheClientByIts()
            throws Exception {
        TestCertificate own = TestCertificate.selfSigned(directory, "own");
        try (EtcdServer server =
                EtcdServer.start(
                        directory,
                        "--cert-file=" + own.certificate(),
                        "--key-file=" + own.key(),
                        "--trusted-ca-file=" + own.certificate(),
                        "--client-cert-auth")) {
            EtcdSettings known =
                    server.settings().withTls(own.certificate(), own.certificate(), own.key());
            EtcdSettings impatient = server.settings().withRequestTimeout(Duration.ofSeconds(5));

            try (var repository = open(known)) {
                repository.commit(edit("a"));
                assertThat(repository.find(id("a"))).isPresent();
            }
            for (EtcdSettings other :
                    List.of(impatient.withTls(null), impatient.withTls(own.certificate()))) {
                try (var repository = open(other)) {
                    assertThat(repository.readOnlyReason())
                            .contains("does not answer: check the endpoints, TLS");
                }
            }
        }
    }
}
