package io.opensergo.spring;

import io.opensergo.governance.action.HeaderChanges;
import io.opensergo.spring.internal.HeaderFields;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/** A request of a servlet with headers that a rule has changed. */
final class ChangedServletRequest extends HttpServletRequestWrapper {

    private final HeaderFields fields = new HeaderFields();

    ChangedServletRequest(HttpServletRequest request, HeaderChanges changes) {
        super(request);
        for (String name : Collections.list(request.getHeaderNames())) {
            Collections.list(request.getHeaders(name)).forEach(value -> fields.add(name, value));
        }
        changes.applyTo(fields);
    }

    @Override
    public @Nullable String getHeader(String name) {
        List<String> values = fields.values(name);
        return values.isEmpty() ? null : values.get(0);
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
        return Collections.enumeration(fields.values(name));
    }

    @Override
    public Enumeration<String> getHeaderNames() {
        return Collections.enumeration(fields.names());
    }

    @Override
    public int getIntHeader(String name) {
        String value = getHeader(name);
        return value == null ? -1 : Integer.parseInt(value);
    }

    @Override
    public long getDateHeader(String name) {
        String value = getHeader(name);
        if (value == null) {
            return -1;
        }
        var headers = new HttpHeaders();
        headers.set(name, value);
        long date = headers.getFirstDate(name);
        if (date < 0) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "the header %s is no date: %s", name, value));
        }
        return date;
    }
}
