package io.opensergo.governance.routing;

/**
 * How lanes treat what no rule decides.
 *
 * @param acceptColours whether a request that comes from another process keeps the colour it comes
 *     with; {@code false} at an entry whose callers are not trusted: there only rules colour
 * @param preferBaseline whether a request without a colour goes to instances that are in no lane,
 *     as long as there are some; {@code false} where instances of a lane colour what passes them
 *     and plain requests shall reach them
 */
public record LaneSettings(boolean acceptColours, boolean preferBaseline) {

    private static final LaneSettings DEFAULTS = new LaneSettings(true, true);

    /** Returns the settings that accept colours and prefer the baseline. */
    public static LaneSettings defaults() {
        return DEFAULTS;
    }
}
