package io.opensergo.spring;

import io.opensergo.governance.action.HeaderChanges;
import io.opensergo.governance.routing.ServedActions;
import io.opensergo.spring.internal.HeaderFields;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A response of a servlet whose headers a rule changes before its body begins. A servlet cannot
 * take a header back, so those that a rule names are kept here until then.
 */
final class ChangedServletResponse extends HttpServletResponseWrapper {

    private final ServedActions actions;
    private final Set<String> named = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    private HeaderFields kept = new HeaderFields();
    private boolean isChanged;

    ChangedServletResponse(HttpServletResponse response, ServedActions actions) {
        super(response);
        this.actions = actions;
        actions.responseHeaders().applyTo(new Names(named));
        for (String name : named) {
            response.getHeaders(name).forEach(value -> kept.add(name, value));
        }
    }

    private record Names(Set<String> names) implements HeaderChanges.Target {

        @Override
        public void remove(String name) {
            names.add(name);
        }

        @Override
        public void set(String name, String value) {
            names.add(name);
        }

        @Override
        public void add(String name, String value) {
            names.add(name);
        }
    }

    /** Changes of headers that are kept, and of the others. */
    private final class Fields implements HeaderChanges.Target {

        @Override
        public void remove(String name) {
            kept.remove(name);
        }

        @Override
        public void set(String name, String value) {
            setHeader(name, value);
        }

        @Override
        public void add(String name, String value) {
            addHeader(name, value);
        }
    }

    /** Makes the changes, once. */
    void change() {
        if (isChanged) {
            return;
        }
        actions.changeResponse(new Fields());
        isChanged = true;
        for (String name : kept.names()) {
            List<String> values = kept.values(name);
            super.setHeader(name, values.get(0));
            values.subList(1, values.size()).forEach(value -> super.addHeader(name, value));
        }
    }

    private boolean isKept(String name) {
        return !isChanged && named.contains(name);
    }

    @Override
    public void setHeader(String name, @Nullable String value) {
        if (!isKept(name)) {
            super.setHeader(name, value);
        } else if (value == null) {
            kept.remove(name);
        } else {
            kept.set(name, value);
        }
    }

    @Override
    public void addHeader(String name, String value) {
        if (isKept(name)) {
            kept.add(name, value);
        } else {
            super.addHeader(name, value);
        }
    }

    @Override
    public void setIntHeader(String name, int value) {
        if (isKept(name)) {
            kept.set(name, Integer.toString(value));
        } else {
            super.setIntHeader(name, value);
        }
    }

    @Override
    public void addIntHeader(String name, int value) {
        addHeader(name, Integer.toString(value));
    }

    @Override
    public boolean containsHeader(String name) {
        return isKept(name) ? !kept.values(name).isEmpty() : super.containsHeader(name);
    }

    @Override
    public @Nullable String getHeader(String name) {
        List<String> values = kept.values(name);
        return !isKept(name) ? super.getHeader(name) : values.isEmpty() ? null : values.get(0);
    }

    @Override
    public Collection<String> getHeaders(String name) {
        return isKept(name) ? new ArrayList<>(kept.values(name)) : super.getHeaders(name);
    }

    @Override
    public Collection<String> getHeaderNames() {
        Set<String> names = new LinkedHashSet<>(super.getHeaderNames());
        names.removeIf(this::isKept);
        if (!isChanged) {
            names.addAll(kept.names());
        }
        return names;
    }

    @Override
    public void reset() {
        super.reset();
        kept = new HeaderFields();
        isChanged = false;
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
        change();
        return super.getOutputStream();
    }

    @Override
    public PrintWriter getWriter() throws IOException {
        change();
        return super.getWriter();
    }

    @Override
    public void flushBuffer() throws IOException {
        change();
        super.flushBuffer();
    }

    @Override
    public void sendError(int status) throws IOException {
        change();
        super.sendError(status);
    }

    @Override
    public void sendError(int status, @Nullable String message) throws IOException {
        change();
        super.sendError(status, message);
    }

    @Override
    public void sendRedirect(String location) throws IOException {
        change();
        super.sendRedirect(location);
    }
}
