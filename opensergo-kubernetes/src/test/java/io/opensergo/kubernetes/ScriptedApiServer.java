package io.opensergo.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opensergo.kubernetes.HttpSockets.Reply;
import io.opensergo.kubernetes.HttpSockets.Request;
import io.opensergo.rules.RuleKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import javax.net.ServerSocketFactory;

/**
 * An API server as far as custom resources are read: one counter of versions for all kinds, lists
 * in pages of a snapshot, watches from a version, compaction. It answers as a real kube-apiserver
 * does, and a test may have it say what a healthy one never says.
 */
final class ScriptedApiServer implements AutoCloseable {

    /** What a test has a request answered with; {@code false} for the usual answer. */
    interface Script {
        boolean answers(Request request, Reply reply) throws IOException;
    }

    static final String CREATED = "2026-01-02T03:04:05Z";

    private static final ObjectMapper JSON = new ObjectMapper();

    private record Event(long version, String type, String plural, ObjectNode object) {}

    private record Snapshot(long version, List<ObjectNode> objects) {}

    private final HttpSockets sockets;
    private final Map<String, RuleKind<?>> installed = new ConcurrentHashMap<>();
    private final Map<String, ObjectNode> objects = new TreeMap<>();
    private final List<Event> events = new ArrayList<>();
    private final Map<String, Snapshot> snapshots = new ConcurrentHashMap<>();
    private final List<Script> scripts = new ArrayList<>();
    private final ConcurrentLinkedQueue<Request> requests = new ConcurrentLinkedQueue<>();
    private long version = 100;
    private long compacted = 0;
    private final Map<String, JsonNode> posted = new ConcurrentHashMap<>();
    private volatile Set<String> tokens = Set.of();
    private volatile boolean prunesConditions;

    ScriptedApiServer() throws IOException {
        this(ServerSocketFactory.getDefault());
    }

    ScriptedApiServer(ServerSocketFactory factory) throws IOException {
        sockets = new HttpSockets(factory, this::handle);
        sockets.start();
    }

    String url() {
        return "http://localhost:" + sockets.port();
    }

    synchronized void install(RuleKind<?>... kinds) {
        for (RuleKind<?> kind : kinds) {
            installed.put(plural(kind), kind);
        }
    }

    /** Deletes a CRD; as on a real one, its objects go first and its watches end. */
    void uninstall(RuleKind<?> kind) throws IOException {
        List<ObjectNode> mine;
        synchronized (this) {
            mine = objectsOf(plural(kind));
        }
        mine.forEach(each -> delete(kind, namespaceOf(each), nameOf(each)));
        forget(kind);
    }

    /** Says 404 of a kind, as a server does that has not read the CRDs yet. */
    void forget(RuleKind<?> kind) throws IOException {
        installed.remove(plural(kind));
        sockets.cutAll();
    }

    static String plural(RuleKind<?> kind) {
        String lower = kind.name().toLowerCase(Locale.ROOT);
        return lower.endsWith("y") ? lower.substring(0, lower.length() - 1) + "ies" : lower + "s";
    }

    /** Applies an object and returns its version. */
    synchronized long apply(RuleKind<?> kind, String namespace, String name, String spec) {
        return apply(kind, namespace, name, Map.of("app", "shop"), spec);
    }

    synchronized long apply(
            RuleKind<?> kind,
            String namespace,
            String name,
            Map<String, String> labels,
            String spec) {
        ObjectNode object = JSON.createObjectNode();
        object.put("apiVersion", kind.apiVersion()).put("kind", kind.name());
        ObjectNode metadata = object.putObject("metadata");
        metadata.put("name", name).put("namespace", namespace);
        metadata.put("resourceVersion", Long.toString(++version));
        ObjectNode before = objects.get(plural(kind) + "/" + namespace + "/" + name);
        JsonNode known = before == null ? JSON.createObjectNode() : before.path("metadata");
        metadata.put("uid", known.path("uid").asText("u-" + version));
        metadata.put("creationTimestamp", CREATED);
        metadata.put("generation", known.path("generation").asLong() + 1);
        metadata.putArray("managedFields").addObject().put("manager", "kubectl");
        metadata.putObject("annotations")
                .put("kubectl.kubernetes.io/last-applied-configuration", spec);
        labels.forEach(metadata.putObject("labels")::put);
        object.set("spec", tree(spec));
        if (before != null && before.has("status")) {
            object.set("status", before.get("status"));
        }
        objects.put(key(plural(kind), object), object);
        add(before == null ? "ADDED" : "MODIFIED", plural(kind), object);
        return version;
    }

    /** Applies a status as its only manager; an equal one leaves the version as it is. */
    private synchronized void patch(String[] parts, Request request, Reply reply)
            throws IOException {
        String key = parts[5] + "/" + parts[4] + "/" + parts[6];
        ObjectNode before = objects.get(key);
        if (before == null) {
            reply.whole(404, status(404, key + " not found"));
            return;
        }
        ObjectNode after = before.deepCopy();
        ObjectNode status = (ObjectNode) tree(request.body()).path("status");
        if (prunesConditions) {
            status.remove("conditions");
        }
        after.set("status", status);
        if (!after.equals(before)) {
            ((ObjectNode) after.get("metadata")).put("resourceVersion", Long.toString(++version));
            objects.put(key, after);
            add("MODIFIED", parts[5], after);
        }
        reply.whole(200, after.toString());
    }

    /** Has CRDs that do not know of conditions. */
    void pruneConditions(boolean prunes) {
        prunesConditions = prunes;
    }

    /** Returns the status that an object has. */
    synchronized JsonNode statusOf(RuleKind<?> kind, String namespace, String name) {
        return objects.get(plural(kind) + "/" + namespace + "/" + name).path("status");
    }

    /** Has another controller write what it likes. */
    synchronized void overwriteStatus(
            RuleKind<?> kind, String namespace, String name, String reason) {
        String key = plural(kind) + "/" + namespace + "/" + name;
        ObjectNode after = objects.get(key).deepCopy();
        ((ObjectNode) after.at("/status/conditions/0")).put("reason", reason);
        ((ObjectNode) after.get("metadata")).put("resourceVersion", Long.toString(++version));
        objects.put(key, after);
        add("MODIFIED", plural(kind), after);
    }

    synchronized long versionNow() {
        return version;
    }

    /** Returns the events that were posted, each name once. */
    List<JsonNode> posted() {
        return List.copyOf(posted.values());
    }

    private void post(Request request, Reply reply) throws IOException {
        JsonNode event = tree(request.body());
        String name = event.at("/metadata/name").asText();
        boolean known = posted.putIfAbsent(name, event) != null;
        reply.whole(
                known ? 409 : 201,
                known ? status(409, "events \"" + name + "\" already exists") : event.toString());
    }

    synchronized long delete(RuleKind<?> kind, String namespace, String name) {
        ObjectNode last = objects.remove(plural(kind) + "/" + namespace + "/" + name);
        ObjectNode gone = last.deepCopy();
        ((ObjectNode) gone.get("metadata")).put("resourceVersion", Long.toString(++version));
        add("DELETED", plural(kind), gone);
        return version;
    }

    /** Writes of others, which move the counter. */
    synchronized void otherWrites(int count) {
        version += count;
    }

    /** Forgets the events so far: older versions are expired, those of tokens too. */
    synchronized void compact() {
        compacted = version;
        events.clear();
        snapshots.clear();
    }

    synchronized void bookmark(RuleKind<?> kind) {
        ObjectNode object = JSON.createObjectNode();
        object.put("apiVersion", kind.apiVersion()).put("kind", kind.name());
        object.putObject("metadata").put("resourceVersion", Long.toString(++version));
        add("BOOKMARK", plural(kind), object);
    }

    private void add(String type, String plural, ObjectNode object) {
        events.add(new Event(version, type, plural, object));
        notifyAll();
    }

    /** Accepts these bearer tokens alone. */
    void accept(String... accepted) {
        tokens = Set.of(accepted);
    }

    /** Has requests answered by a test, until the answer is to be the usual one again. */
    AutoCloseable script(Script script) {
        synchronized (scripts) {
            scripts.add(script);
        }
        return () -> {
            synchronized (scripts) {
                scripts.remove(script);
            }
        };
    }

    /** Refuses with a status those requests for which something holds. */
    AutoCloseable refuse(int code, String message, Predicate<Request> when) {
        return script(
                (request, reply) -> {
                    boolean refused = when.test(request);
                    if (refused) {
                        reply.whole(code, status(code, message));
                    }
                    return refused;
                });
    }

    List<Request> requests() {
        return List.copyOf(requests);
    }

    long watches(RuleKind<?> kind) {
        return requests.stream()
                .filter(each -> each.isWatch() && each.path().endsWith("/" + plural(kind)))
                .count();
    }

    void cutConnections() throws IOException {
        sockets.cutAll();
    }

    void kill() throws IOException {
        sockets.kill();
    }

    void restart() throws IOException {
        sockets.start();
    }

    @Override
    public void close() throws IOException {
        sockets.kill();
    }

    private void handle(Request request, Reply reply) throws IOException {
        requests.add(request);
        String token = request.headers().getOrDefault("authorization", "");
        if (!tokens.isEmpty() && !tokens.contains(token.replaceFirst("^Bearer ", ""))) {
            reply.whole(401, status(401, "Unauthorized"));
            return;
        }
        List<Script> now;
        synchronized (scripts) {
            now = List.copyOf(scripts);
        }
        for (Script script : now) {
            if (script.answers(request, reply)) {
                return;
            }
        }
        String[] parts = request.path().substring(1).split("/", -1);
        if (request.method().equals("PATCH")) {
            patch(parts, request, reply);
        } else if (request.method().equals("POST")) {
            post(request, reply);
        } else if (request.path().equals("/api/v1/namespaces/kube-system")) {
            reply.whole(200, "{\"metadata\":{\"creationTimestamp\":\"" + CREATED + "\"}}");
        } else if (parts.length == 3) {
            discover(parts[1] + "/" + parts[2], reply);
        } else if (parts.length > 3) {
            String plural = parts[parts.length - 1];
            String namespace = parts.length > 4 ? parts[4] : "";
            if (!installed.containsKey(plural)) {
                reply.whole(404, "404 page not found\n");
            } else if (request.isWatch()) {
                watch(plural, namespace, request, reply);
            } else {
                list(plural, namespace, request, reply);
            }
        } else {
            reply.whole(404, status(404, "the server could not find the requested resource"));
        }
    }

    private void discover(String apiVersion, Reply reply) throws IOException {
        ObjectNode list = JSON.createObjectNode().put("kind", "APIResourceList");
        ArrayNode resources = list.putArray("resources");
        installed.forEach(
                (plural, kind) -> {
                    if (kind.apiVersion().equals(apiVersion)) {
                        resources.addObject().put("name", plural).put("kind", kind.name());
                        resources
                                .addObject()
                                .put("name", plural + "/status")
                                .put("kind", kind.name());
                    }
                });
        boolean served = !resources.isEmpty();
        reply.whole(
                served ? 200 : 404,
                served ? list.toString() : status(404, "the server could not find it"));
    }

    private void list(String plural, String namespace, Request request, Reply reply)
            throws IOException {
        Snapshot snapshot;
        int from = 0;
        synchronized (this) {
            String token = request.query("continue");
            if (token.isEmpty()) {
                snapshot = new Snapshot(version, matching(plural, namespace, request));
                snapshots.put(plural + version, snapshot);
            } else {
                snapshot = snapshots.get(plural + token.split(":", -1)[0]);
                from = Integer.parseInt(token.split(":", -1)[1]);
            }
        }
        if (snapshot == null) {
            ObjectNode expired = (ObjectNode) tree(status(410, "The provided continue is too old"));
            expired.putObject("metadata").put("continue", version + ":" + from);
            reply.whole(410, expired.toString());
            return;
        }
        String limit = request.query("limit");
        int size = snapshot.objects().size();
        int to = limit.isEmpty() ? size : Math.min(size, from + Integer.parseInt(limit));
        ObjectNode list = JSON.createObjectNode();
        RuleKind<?> kind = installed.get(plural);
        list.put("apiVersion", kind.apiVersion()).put("kind", kind.name() + "List");
        ObjectNode metadata = list.putObject("metadata");
        metadata.put("resourceVersion", Long.toString(snapshot.version()));
        metadata.put("continue", to < size ? snapshot.version() + ":" + to : "");
        ArrayNode items = list.putArray("items");
        snapshot.objects().subList(from, to).forEach(items::add);
        reply.whole(200, list.toString());
    }

    private void watch(String plural, String namespace, Request request, Reply reply)
            throws IOException {
        reply.startStream();
        long from = Long.parseLong(request.query("resourceVersion"));
        long end =
                System.nanoTime()
                        + 1_000_000_000L * Long.parseLong(request.query("timeoutSeconds"));
        while (true) {
            List<Event> news;
            synchronized (this) {
                if (from < compacted) {
                    reply.chunk(event("ERROR", tree(status(410, "too old resource version"))));
                    reply.endStream();
                    return;
                }
                long seen = from;
                news =
                        events.stream()
                                .filter(each -> each.version() > seen)
                                .filter(each -> each.plural().equals(plural))
                                .toList();
                long left = (end - System.nanoTime()) / 1_000_000;
                if (news.isEmpty() && left > 0) {
                    waitFor(Math.min(left, 50));
                    continue;
                }
            }
            if (news.isEmpty()) {
                reply.endStream();
                return;
            }
            for (Event each : news) {
                if (each.type().equals("BOOKMARK") || matches(each.object(), namespace, request)) {
                    reply.chunk(event(each.type(), each.object()));
                }
                from = each.version();
            }
        }
    }

    /** Waits for another event, under the lock; not for ever, as the client may be gone. */
    private void waitFor(long millis) throws IOException {
        int before = events.size();
        long end = System.nanoTime() + millis * 1_000_000;
        try {
            while (events.size() == before && System.nanoTime() < end) {
                wait(millis);
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private List<ObjectNode> matching(String plural, String namespace, Request request) {
        return objectsOf(plural).stream()
                .filter(each -> matches(each, namespace, request))
                .toList();
    }

    private List<ObjectNode> objectsOf(String plural) {
        return objects.entrySet().stream()
                .filter(each -> each.getKey().startsWith(plural + "/"))
                .map(Map.Entry::getValue)
                .toList();
    }

    private static boolean matches(ObjectNode object, String namespace, Request request) {
        String selector = request.query("labelSelector");
        JsonNode labels = object.path("metadata").path("labels");
        boolean selected =
                selector.isEmpty()
                        || labels.path(selector.split("=", -1)[0])
                                .asText()
                                .equals(selector.split("=", -1)[1]);
        return selected && (namespace.isEmpty() || namespaceOf(object).equals(namespace));
    }

    static String event(String type, JsonNode object) {
        return JSON.createObjectNode().put("type", type).set("object", object) + "\n";
    }

    static String status(int code, String message) {
        return JSON.createObjectNode()
                .put("kind", "Status")
                .put("apiVersion", "v1")
                .put("status", "Failure")
                .put("message", message)
                .put("code", code)
                .toString();
    }

    private static JsonNode tree(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    private static String key(String plural, ObjectNode object) {
        return plural + "/" + namespaceOf(object) + "/" + nameOf(object);
    }

    private static String namespaceOf(ObjectNode object) {
        return object.path("metadata").path("namespace").asText();
    }

    private static String nameOf(ObjectNode object) {
        return object.path("metadata").path("name").asText();
    }
}
