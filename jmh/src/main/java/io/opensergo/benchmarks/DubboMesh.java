package io.opensergo.benchmarks;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.dubbo.common.URL;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.Result;
import org.apache.dubbo.rpc.RpcInvocation;
import org.apache.dubbo.rpc.cluster.router.mesh.route.StandardMeshRuleRouter;
import org.apache.dubbo.rpc.cluster.router.state.BitList;
import org.apache.dubbo.rpc.model.ApplicationModel;

/**
 * Dubbo's mesh router: of its routers the one whose rules (a VirtualService with a fallback in each
 * destination) are those of a TrafficRouter. The text of a request is an attachment.
 */
final class DubboMesh {

    private static final String APP = SampleRoutes.HOST;
    private static final String TEXT = "text";

    private final StandardMeshRuleRouter<Object> router;
    private final BitList<Invoker<Object>> invokers;
    private final Invocation[] invocations;
    private final URL url;

    DubboMesh(RouteSort sort, int routes, int instances) {
        url =
                URL.valueOf("consumer://localhost/Service")
                        .setScopeModel(ApplicationModel.defaultModel().getDefaultModule());
        router = new StandardMeshRuleRouter<>(url);
        invokers =
                new BitList<>(
                        IntStream.range(0, instances)
                                .mapToObj(number -> (Invoker<Object>) new Instance(number))
                                .toList());
        router.onRuleChange(
                APP, List.of(mutable(subsets()), mutable(virtualService(sort, routes))));
        router.notify(invokers);
        invocations =
                IntStream.range(0, routes)
                        .mapToObj(number -> invocation(sort.text(number)))
                        .toArray(Invocation[]::new);
    }

    /** Returns the instances for the request of a route; routers change the list they are given. */
    BitList<Invoker<Object>> route(int number) {
        return router.route(invokers.clone(), url, invocations[number], false, null);
    }

    private static Invocation invocation(String text) {
        var invocation =
                new RpcInvocation(
                        null, "call", "Service", "Service", new Class<?>[0], new Object[0]);
        invocation.setAttachment(TEXT, text);
        return invocation;
    }

    /** Dubbo makes more of the collections it is given, which it can of mutable ones only. */
    private static Map<String, Object> mutable(Map<String, Object> rule) {
        Map<String, Object> copy = new HashMap<>();
        rule.forEach((key, value) -> copy.put(key, mutableValue(value)));
        return copy;
    }

    @SuppressWarnings("unchecked") // maps of rules have texts as keys
    private static Object mutableValue(Object value) {
        if (value instanceof Map<?, ?> map) {
            return mutable((Map<String, Object>) map);
        }
        return value instanceof List<?> list
                ? new ArrayList<>(list.stream().map(DubboMesh::mutableValue).toList())
                : value;
    }

    private static Map<String, Object> subsets() {
        List<Map<String, Object>> subsets =
                SampleRules.many(
                        SampleRoutes.SUBSETS,
                        number ->
                                Map.of(
                                        "name", SampleRoutes.subset(number),
                                        "labels", Map.of("version", SampleRoutes.subset(number))));
        return Map.of("kind", "DestinationRule", "spec", Map.of("host", APP, "subsets", subsets));
    }

    private static Map<String, Object> virtualService(RouteSort sort, int routes) {
        String operator = sort == RouteSort.HEADER ? "exact" : sort.name().toLowerCase(Locale.ROOT);
        List<Map<String, Object>> details =
                SampleRules.many(
                        routes,
                        number ->
                                Map.of(
                                        "match",
                                        List.of(
                                                Map.of(
                                                        "attachments",
                                                        Map.of(
                                                                "dubboContext",
                                                                Map.of(
                                                                        TEXT,
                                                                        Map.of(
                                                                                operator,
                                                                                sort.pattern(
                                                                                        number)))))),
                                        "route",
                                        List.of(
                                                Map.of(
                                                        "destination",
                                                        Map.of(
                                                                "host",
                                                                APP,
                                                                "subset",
                                                                SampleRoutes.subset(number))))));
        return Map.of(
                "kind",
                "VirtualService",
                "spec",
                Map.of("hosts", List.of(APP), "dubbo", List.of(Map.of("routedetail", details))));
    }

    /** An instance that is never called. */
    private static final class Instance implements Invoker<Object> {

        private final URL url;

        Instance(int number) {
            this.url =
                    URL.valueOf(
                            "dubbo://10.0.0."
                                    + number
                                    + "/Service?remote.application="
                                    + APP
                                    + "&version="
                                    + SampleRoutes.subset(number));
        }

        @Override
        public Class<Object> getInterface() {
            return Object.class;
        }

        @Override
        public Result invoke(Invocation invocation) {
            throw new UnsupportedOperationException();
        }

        @Override
        public URL getUrl() {
            return url;
        }

        @Override
        public boolean isAvailable() {
            return true;
        }

        @Override
        public void destroy() {}
    }
}
