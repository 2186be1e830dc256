package io.opensergo.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.governance.Governor;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsCoverage;

/** Whether the route that is found in front of a router is the one that vertx-web comes to. */
@Tag("one-version")
class DeclaredRoutesProperties {

    private static final String NONE = "none";

    /** Literals, escapes, empty and dotted segments, and ones that fit parts of segments. */
    private static final String[] SEGMENTS_OF_PATHS = {
        "a", "b", "a.b", "axb", "x.json", "x-y", "a(b", "a+b", "a$b", "%61", "%2F", "%20", "", ".",
        "..", "a]", "a%5B", "~", ":"
    };

    private static final String[] LITERALS = {
        "a", "b", "a.b", "a(b", "a+b", "a$b", "x-y", "a]", "a|b", "x%20y", "~"
    };

    private static final HttpMethod[] METHODS = {
        HttpMethod.GET, HttpMethod.POST, HttpMethod.valueOf("INVENTED")
    };

    private final Governor governor = Governor.of();
    private final Vertx vertx = Vertx.vertx();
    private final HttpClientAgent client = vertx.createHttpClient();
    private volatile Router router = Router.router(vertx);
    private final HttpServer server =
            World.get(
                    vertx.createHttpServer()
                            .requestHandler(request -> router.handle(request))
                            .listen(0, "127.0.0.1"));

    @AfterProperty
    void close() {
        World.get(vertx.close());
    }

    @Property(tries = 600, seed = "20261126", shrinking = ShrinkingMode.OFF)
    void itIsTheFirstOneThatVertxComesTo(@ForAll Random random) {
        Router declared = new Declaration(random).router(0, "", true);
        DeclaredRoutes routes = new DeclaredRoutes(governor, declared);
        declared.route().order(Integer.MIN_VALUE).handler(context -> look(context, routes));
        declared.route().order(Integer.MAX_VALUE).handler(DeclaredRoutesProperties::answer);
        router = declared;

        for (int i = 0; i < 20; i++) {
            HttpMethod method = METHODS[random.nextInt(METHODS.length)];
            String path = path(random);
            World.Reply reply =
                    World.get(World.send(client, World.to(method, server.actualPort(), path), ""));

            List<String> found = reply.body().lines().toList();
            Statistics.label("a route").collect(!found.get(1).equals(NONE));
            assertThat(found.get(0)).as("%s %s", method, path).isEqualTo(found.get(1));
        }
        Statistics.label("a route").coverage(DeclaredRoutesProperties::bothOften);
    }

    private static void bothOften(StatisticsCoverage coverage) {
        coverage.check(true).percentage(share -> share > 10);
        coverage.check(false).percentage(share -> share > 10);
    }

    private static void look(RoutingContext context, DeclaredRoutes routes) {
        PatternResource resource =
                routes.resource(context.request().method(), context.normalizedPath());
        context.put("found", resource == null ? NONE : resource.pattern());
        context.next();
    }

    private static void answer(RoutingContext context) {
        String first = context.get("first");
        context.end(context.get("found") + "\n" + (first == null ? NONE : first));
    }

    private static String path(Random random) {
        var path = new StringBuilder();
        int segments = 1 + random.nextInt(4);
        for (int i = 0; i < segments; i++) {
            path.append('/').append(SEGMENTS_OF_PATHS[random.nextInt(SEGMENTS_OF_PATHS.length)]);
        }
        return random.nextInt(4) == 0 ? path.append('/').toString() : path.toString();
    }

    /** Declares routers whose handlers say who comes first. */
    private final class Declaration {

        private final Random random;
        private int parameters;

        Declaration(Random random) {
            this.random = random;
        }

        Router router(int depth, String mount, boolean mayHaveParameters) {
            Router declared = Router.router(vertx);
            int routes = 1 + random.nextInt(5);
            for (int i = 0; i < routes; i++) {
                if (depth < 2 && random.nextInt(3) == 0) {
                    mount(declared, depth + 1, mount, mayHaveParameters);
                } else {
                    String path = path(1 + random.nextInt(2));
                    String first = mount + path;
                    methods(declared.route(path))
                            .handler(
                                    context -> {
                                        context.data().putIfAbsent("first", first);
                                        context.next();
                                    });
                }
            }
            return declared;
        }

        /** Vert.x loses its way in mounts with parameters below those that end in a slash. */
        private void mount(Router declared, int depth, String mount, boolean mayHaveParameters) {
            if (random.nextInt(4) == 0) {
                methods(random.nextBoolean() ? declared.route() : declared.route("/*"))
                        .subRouter(router(depth, mount, mayHaveParameters && !mount.isEmpty()));
                return;
            }
            String path = withoutFinalSlash(mayHaveParameters ? path(1) : "/" + literal());
            boolean hasSlash = path.isEmpty() || random.nextInt(3) > 0;
            methods(declared.route(path + (hasSlash ? "/*" : "*")))
                    .subRouter(router(depth, mount + path, mayHaveParameters && !hasSlash));
        }

        private Route methods(Route route) {
            return random.nextInt(3) == 0
                    ? route.method(METHODS[random.nextInt(METHODS.length)])
                    : route;
        }

        private String path(int segments) {
            if (random.nextInt(8) == 0) {
                return "/";
            }
            var path = new StringBuilder();
            for (int i = 0; i < segments; i++) {
                path.append('/').append(segment());
            }
            return random.nextInt(5) == 0 ? path.append('/').toString() : path.toString();
        }

        private String segment() {
            return switch (random.nextInt(9)) {
                case 0, 1, 2 -> parameter();
                case 3 -> parameter() + ".json";
                case 4 -> parameter() + "-" + parameter();
                case 5 -> "x" + parameter();
                default -> literal();
            };
        }

        private String literal() {
            return LITERALS[random.nextInt(LITERALS.length)];
        }

        private String parameter() {
            return ":p" + parameters++;
        }

        private static String withoutFinalSlash(String path) {
            return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        }
    }
}
