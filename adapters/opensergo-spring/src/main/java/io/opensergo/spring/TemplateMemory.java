package io.opensergo.spring;

import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriTemplateHandler;

/** Remembers on each thread the template of the URI that was made last. */
final class TemplateMemory implements UriTemplateHandler {

    private static final ThreadLocal<@Nullable Expanded> LAST = new ThreadLocal<>();

    private final UriTemplateHandler handler;

    TemplateMemory(UriTemplateHandler handler) {
        this.handler = handler;
    }

    private record Expanded(URI uri, String template) {}

    /** Returns the template that a URI was made of by this thread just now, and forgets it. */
    static @Nullable String templateOf(URI uri) {
        Expanded last = LAST.get();
        if (last == null) {
            return null;
        }
        LAST.remove();
        return last.uri.equals(uri) ? last.template : null;
    }

    @Override
    public URI expand(String template, Map<String, ? extends @Nullable Object> values) {
        return remembered(handler.expand(template, values), template);
    }

    @Override
    public URI expand(String template, @Nullable Object... values) {
        return remembered(handler.expand(template, values), template);
    }

    private static URI remembered(URI uri, String template) {
        LAST.set(new Expanded(uri, template));
        return uri;
    }
}
