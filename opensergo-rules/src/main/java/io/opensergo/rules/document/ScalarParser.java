package io.opensergo.rules.document;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.ObjectCodec;
import com.fasterxml.jackson.core.io.IOContext;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactoryBuilder;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.Reader;
import java.io.Serial;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.ScalarEvent;

/**
 * Jackson's parser of YAML, which says of a scalar value what Jackson's own keeps to itself: its
 * anchor, and whether it was left out.
 */
final class ScalarParser extends YAMLParser {

    private @Nullable ScalarEvent scalar;
    private @Nullable Event last;

    private ScalarParser(
            IOContext context,
            int features,
            int yamlFeatures,
            LoaderOptions options,
            ObjectCodec codec,
            Reader reader) {
        super(context, features, yamlFeatures, options, codec, reader);
    }

    @Override
    protected Event getEvent() throws IOException {
        Event event = super.getEvent();
        last = event;
        return event;
    }

    @Override
    protected JsonToken _decodeScalar(ScalarEvent event) throws IOException {
        scalar = event;
        return super._decodeScalar(event);
    }

    /** Returns the anchor of the value that the parser stands on, or {@code null}. */
    @Nullable String anchor() throws IOException {
        ScalarEvent value = scalar;
        return value != null && currentToken().isScalarValue() ? value.getAnchor() : getObjectId();
    }

    /** Returns whether the scalar that the parser stands on is nothing at all, as in {@code a:}. */
    boolean isLeftOut() throws IOException {
        ScalarEvent value = scalar;
        return value != null
                && value.getValue().isEmpty()
                && value.getScalarStyle() == ScalarStyle.PLAIN
                && getTypeId() == null;
    }

    /** Returns whether the field name that the parser stands on is the merge key, not in quotes. */
    boolean isMergeKey() {
        return last instanceof ScalarEvent name
                && name.getScalarStyle() == ScalarStyle.PLAIN
                && name.getValue().equals("<<");
    }

    /** Makes such parsers of texts. */
    static final class Factory extends YAMLFactory {

        @Serial private static final long serialVersionUID = 1L;

        Factory(YAMLFactoryBuilder settings) {
            super(settings);
        }

        @Override
        protected ScalarParser _createParser(Reader reader, IOContext context) {
            return new ScalarParser(
                    context,
                    _parserFeatures,
                    _yamlParserFeatures,
                    _loaderOptions,
                    _objectCodec,
                    reader);
        }
    }
}
