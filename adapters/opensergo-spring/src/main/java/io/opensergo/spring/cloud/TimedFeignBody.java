package io.opensergo.spring.cloud;

import feign.Response;
import io.opensergo.spring.internal.RoutedCall.Deadline;
import io.opensergo.spring.internal.TimedBody;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import org.jspecify.annotations.Nullable;

/** A body of Feign that is read within the time of its route. */
final class TimedFeignBody implements Response.Body {

    private final Response.Body body;
    private final Deadline deadline;

    TimedFeignBody(Response.Body body, Deadline deadline) {
        this.body = body;
        this.deadline = deadline;
    }

    @Override
    public @Nullable Integer length() {
        return body.length();
    }

    @Override
    public boolean isRepeatable() {
        return body.isRepeatable();
    }

    @Override
    public InputStream asInputStream() throws IOException {
        return TimedBody.of(body.asInputStream(), deadline);
    }

    @Override
    public Reader asReader(Charset charset) throws IOException {
        return new InputStreamReader(asInputStream(), charset);
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
