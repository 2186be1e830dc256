package io.opensergo.dubbo;

import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.rules.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.dubbo.rpc.RpcContext;
import org.apache.dubbo.rpc.RpcException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A service of Dubbo and its consumers, governed by the rules of a test. */
abstract class GuardedGreeter {

    static final String SERVICE = Greeter.class.getName();
    static final String GREET = SERVICE + ":greet(java.lang.String)";
    static final String GREET_LATER = SERVICE + ":greetLater(java.lang.String)";

    final InMemoryRuleSource rules = new InMemoryRuleSource();
    final LocalGreeter greeter = new LocalGreeter("hello");
    final List<DubboApp> apps = new ArrayList<>();
    ControlPlane controlPlane;

    @BeforeEach
    void start() throws Exception {
        controlPlane = ControlPlane.builder().port(0).source(rules).start();
    }

    @AfterEach
    void stop() {
        apps.forEach(DubboApp::close);
        controlPlane.close();
    }

    static String greetWithin(int millis, Greeter consumer, String name) {
        setTimeout(millis);
        return consumer.greet(name);
    }

    static void setTimeout(int millis) {
        RpcContext.getClientAttachment().setObjectAttachment("timeout", millis);
    }

    static String greet(Greeter consumer, String name, boolean asynchronous) {
        return asynchronous ? join(consumer.greetLater(name)) : consumer.greet(name);
    }

    static String join(CompletableFuture<String> stage) {
        try {
            return stage.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    static int codeOf(Throwable error) {
        return error instanceof RpcException rpc ? rpc.getCode() : -1;
    }

    void apply(DubboApp app, List<Rule> changed) {
        rules.put(changed);
        app.await(plan -> !plan.resources().isEmpty() && plan.problems().isEmpty());
    }

    DubboApp provider(String protocol) {
        return app("provider", Map.of()).provide(protocol, greeter).start();
    }

    DubboApp consumer() {
        return app("consumer", Map.of()).start();
    }

    DubboApp app(String name, Map<String, String> parameters) {
        var all = new java.util.HashMap<>(parameters);
        all.put("opensergo.endpoint", "localhost:" + controlPlane.port());
        return added(new DubboApp(name, DubboApp.none(), all));
    }

    DubboApp ungoverned() {
        return added(new DubboApp("ungoverned", DubboApp.none(), Map.of())).start();
    }

    DubboApp added(DubboApp app) {
        apps.add(0, app);
        return app;
    }
}
