package io.opensergo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.opensergo.rulerepository.HistoryQuery;
import io.opensergo.rulerepository.RuleEdit;
import io.opensergo.rulerepository.StoredRule;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A console that stalls, floods or lies. */
class ConsoleRuleRepositoryTest {

    private static final String DOCUMENT =
            "apiVersion: shop.example/v1\\nkind: Discount\\nmetadata: {name: a}\\nspec: {}\\n";

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger requests = new AtomicInteger();
    private HttpServer server;

    private ConsoleRuleRepository console(Duration timeout, HttpHandler answer) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext(
                "/",
                exchange -> {
                    requests.incrementAndGet();
                    answer.handle(exchange);
                });
        server.start();
        URI address = URI.create("http://localhost:" + server.getAddress().getPort());
        return new ConsoleRuleRepository(
                new ConsoleConnection(address, null, null, timeout), RuleReader.strict());
    }

    private ConsoleRuleRepository answering(String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        return console(
                Duration.ofMinutes(1),
                exchange -> {
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void aKindThatIsKnownThereOnlyIsNamedAsTheProblem() throws IOException {
        ConsoleRuleRepository console =
                answering(
                        """
                        {"total": 1, "offset": 0, "rules": [
                          {"kind": "shop.example/v1/Discount", "namespace": "default", "app": "shop",
                           "name": "a", "shadow": false, "state": "in force", "revision": "1",
                           "place": "a.yaml:1", "mayWrite": true, "problems": [], "text": "%s"}]}
                        """
                                .formatted(DOCUMENT));

        StoredRule rule = console.rules().get(0);

        assertThat(rule.rule()).isNull();
        assertThat(rule.problems()).isNotEmpty().allMatch(Problem::isError);
        assertThat(rule.problems().toString()).contains("a.yaml");
    }

    @Test
    void aTotalThatIsNeverReachedEndsTheList() throws IOException {
        assertThat(answering("{\"total\": 2147483647, \"rules\": []}").rules()).isEmpty();
        assertThat(requests).hasValue(1);
    }

    @Test
    void aPageOfNoChangesEndsTheHistory() throws IOException {
        ConsoleRuleRepository console = answering("{\"changes\": [], \"next\": \"again\"}");

        assertThat(console.history(HistoryQuery.latest(1000))).isEmpty();
        assertThat(requests).hasValue(1);
    }

    @Test
    void oneThatStallsIsGivenUpAndWhatWasToBeChangedIsSaidToBeUnknown() throws IOException {
        var never = new CountDownLatch(1);
        ConsoleRuleRepository console =
                console(
                        Duration.ofSeconds(1),
                        exchange -> {
                            try {
                                never.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });

        assertThatThrownBy(console::rules).hasMessageEndingWith("no answer within 1 s");
        assertThatThrownBy(() -> console.commit(RuleEdit.by("ann").create("text").build()))
                .hasMessageContaining(
                        "no answer within 1 s; it may have been changed all the same");
    }

    @Test
    void anAnswerWithoutEndIsRefused() throws IOException {
        ConsoleRuleRepository console =
                console(
                        Duration.ofMinutes(1),
                        exchange -> {
                            exchange.sendResponseHeaders(200, 0);
                            byte[] part = new byte[1024 * 1024];
                            try (OutputStream out = exchange.getResponseBody()) {
                                while (!Thread.currentThread().isInterrupted()) {
                                    out.write(part);
                                }
                            }
                        });

        assertThatThrownBy(console::rules).hasMessageContaining("its answer has more than");
    }
}
