package io.opensergo.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opensergo.controlplane.TokenAuthorizer.Grant;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients known by tokens. */
class TokenAuthorizerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String SECRET = "s3cr3t-of-the-shop";

    @TempDir private Path directory;

    @Test
    void opensTheNamespacesAndAppsOfItsGrantAndNoOther() {
        TokenAuthorizer tokens =
                TokenAuthorizer.of(
                        new Grant("shop", SECRET, Set.of("default"), Set.of("shop", "cart")),
                        new Grant("ops", "another", Set.of("*"), Set.of("*")));

        assertThat(nameOf(tokens, SECRET)).isEqualTo("shop");
        assertThat(nameOf(tokens, "another")).isEqualTo("ops");
        assertThat(nameOf(tokens, SECRET + "x")).isNull();
        assertThat(nameOf(tokens, "")).isNull();
        assertThat(nameOf(tokens, null)).isNull();
        assertThat(tokens.mayRead("shop", "default", "cart", "k")).isTrue();
        assertThat(tokens.mayRead("shop", "default", "bank", "k")).isFalse();
        assertThat(tokens.mayRead("shop", "other", "cart", "k")).isFalse();
        assertThat(tokens.mayRead("ops", "other", "bank", "k")).isTrue();
        assertThat(tokens.mayRead("nobody", "default", "cart", "k")).isFalse();
    }

    @Test
    void readsAFileWithWhatIsLeftOutOpen() throws Exception {
        TokenAuthorizer tokens =
                TokenAuthorizer.file(
                        write(
                                """
                                tokens:
                                  - name: shop
                                    token: s3cr3t-of-the-shop
                                    apps: [shop]
                                  - {name: ops, token: "12345"}
                                """));

        assertThat(nameOf(tokens, SECRET)).isEqualTo("shop");
        assertThat(tokens.mayRead("shop", "any", "shop", "k")).isTrue();
        assertThat(tokens.mayRead("shop", "any", "cart", "k")).isFalse();
        assertThat(nameOf(tokens, "12345")).isEqualTo("ops");
        assertThat(tokens.mayRead("ops", "any", "any", "k")).isTrue();
    }

    @Test
    void readsJson() throws Exception {
        TokenAuthorizer tokens =
                TokenAuthorizer.file(
                        write(
                                "{\"tokens\": [{\"name\": \"shop\", \"token\": \""
                                        + SECRET
                                        + "\"}]}"));

        assertThat(nameOf(tokens, SECRET)).isEqualTo("shop");
    }

    @Test
    void takesAFileThatChangesAndKeepsTheLastOneThatWasGood() throws Exception {
        Path file = write("tokens: [{name: shop, token: s3cr3t-of-the-shop}]");
        TokenAuthorizer tokens = TokenAuthorizer.file(file);

        Files.writeString(file, "tokens: [{name: shop, token: next}]");
        await().atMost(PATIENCE).until(() -> nameOf(tokens, "next") != null);
        assertThat(nameOf(tokens, SECRET)).isNull();

        Files.writeString(file, "tokens: [{name: shop");
        await().during(Duration.ofSeconds(3))
                .atMost(PATIENCE)
                .until(() -> nameOf(tokens, "next") != null);
        Files.delete(file);
        Files.writeString(file, "tokens: [{name: shop, token: last}]");
        await().atMost(PATIENCE).until(() -> nameOf(tokens, "last") != null);
    }

    @Test
    void judgesTheFirstCallAfterAQuietTimeByTheFileOfThatTime() throws Exception {
        Path file = write("tokens: [{name: shop, token: s3cr3t-of-the-shop}]");
        var nanos = new AtomicLong(System.nanoTime());
        var grants = new TokenFile(file, nanos::get);
        write("tokens: [{name: shop, token: next}]");
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(60)));

        nanos.addAndGet(Duration.ofHours(1).toNanos());

        assertThat(grants.get().nameOf(SECRET)).isNull();
        assertThat(grants.get().nameOf("next")).isEqualTo("shop");
    }

    @Test
    void takesAFileThatIsBeingWrittenOnlyAtTheSecondLook() throws Exception {
        Path file = write("tokens: [{name: shop, token: s3cr3t-of-the-shop}]");
        var nanos = new AtomicLong(System.nanoTime());
        var grants = new TokenFile(file, nanos::get);
        write("tokens: [{name: shop, token: next}]");
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(60)));

        nanos.addAndGet(Duration.ofSeconds(2).toNanos());
        assertThat(grants.get().nameOf(SECRET)).isEqualTo("shop");
        nanos.addAndGet(Duration.ofSeconds(2).toNanos());

        assertThat(grants.get().nameOf(SECRET)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "tokens:",
                "tokens: s3cr3t-of-the-shop",
                "tokens: [s3cr3t-of-the-shop]",
                "tokens: [{name: shop}]",
                "tokens: [{token: s3cr3t-of-the-shop}]",
                "tokens: [{name: '', token: s3cr3t-of-the-shop}]",
                "tokens: [{name: shop, token: 's3cr3t-of-the-shop with spaces'}]",
                "tokens: [{name: shop, token: s3cr3t-of-the-shop, namespace: default}]",
                "tokens: [{name: shop, token: s3cr3t-of-the-shop, apps: default}]",
                "tokens: [{name: shop, token: s3cr3t-of-the-shop}, {name: x, token: s3cr3t-of-the-shop}]",
                "tokens: [{name: shop, token: s3cr3t-of-the-shop}, {name: shop, token: x}]",
                "tokens: [{name: shop, token: s3cr3t-of-the-shop",
                "s3cr3t-of-the-shop: ["
            })
    void fileThatHoldsNoTokensIsNamedWithoutItsContent(String content) throws Exception {
        Path file = write(content);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenAuthorizer.file(file))
                .withMessageContaining("the token file " + file)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("s3cr3t"))
                .withNoCause();
    }

    @Test
    void missingFileIsNamed() {
        assertThatThrownBy(() -> TokenAuthorizer.file(directory.resolve("nope.yaml")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("nope.yaml cannot be read");
    }

    @Test
    void secretIsNotPrinted() {
        var grant = new Grant("shop", SECRET, Set.of("*"), Set.of("*"));
        var credentials = new ClientCredentials(SECRET, null, "127.0.0.1:1");

        assertThat(grant.toString() + credentials)
                .contains("shop", "hidden", "127.0.0.1:1")
                .doesNotContain(SECRET);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Grant("shop", SECRET + "\n", Set.of(), Set.of()))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain(SECRET));
    }

    private static String nameOf(TokenAuthorizer tokens, String token) {
        return tokens.authenticate(new ClientCredentials(token, null, "127.0.0.1:1"));
    }

    private Path write(String content) throws Exception {
        return Files.writeString(directory.resolve("tokens.yaml"), content);
    }

    @Test
    void aTokenChangesRulesOnlyWithTheRoleOfAWriterAndOnlyWhereItReads() throws Exception {
        TokenAuthorizer tokens =
                TokenAuthorizer.file(
                        write(
                                """
                                tokens:
                                  - {name: reader, token: "1"}
                                  - {name: said, token: "2", role: read}
                                  - {name: writer, token: "3", apps: [shop], role: write}
                                """));

        assertThat(tokens.mayWrite("reader", "default", "shop", "k")).isFalse();
        assertThat(tokens.mayWrite("said", "default", "shop", "k")).isFalse();
        assertThat(tokens.mayWrite("writer", "default", "shop", "k")).isTrue();
        assertThat(tokens.mayWrite("writer", "default", "bank", "k")).isFalse();
        assertThat(tokens.mayWrite("nobody", "default", "shop", "k")).isFalse();
    }

    @Test
    void onlyATokenThatOpensAllSeesWhatBelongsToNoApplication() {
        TokenAuthorizer tokens =
                TokenAuthorizer.of(
                        new Grant("ops", "1", Set.of("*"), Set.of("*")),
                        new Grant("team", "2", Set.of("team"), Set.of("*")),
                        new Grant("shop", "3", Set.of("*"), Set.of("shop")));

        assertThat(tokens.maySeeAll("ops")).isTrue();
        assertThat(tokens.maySeeAll("team")).isFalse();
        assertThat(tokens.maySeeAll("shop")).isFalse();
        assertThat(tokens.maySeeAll("nobody")).isFalse();
    }

    @Test
    void anUnknownRoleIsRefusedAndSaysWhatIsExpected() throws Exception {
        Path file = write("tokens: [{name: ops, token: abc, role: admin}]");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenAuthorizer.file(file))
                .withMessageContaining("the role of 'ops' must be read or write");
    }
}
