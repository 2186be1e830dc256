package io.opensergo.proto;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.opensergo.proto.internal.control_plane.v1.PushRevision;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * That a push is of a revision of the control plane's rules, and which pushes of the same revision
 * follow: a {@code PushRevision} in the details of the response's status.
 *
 * <p>A control plane that sends it pushes all that changed for an application with one revision in
 * a row. So a client has the revision whole when it has the kinds to follow, and can put an edit
 * across kinds into force as one.
 *
 * <p>It stands there because public clients read no details and public control planes send none;
 * {@link WireCodec#decode} passes over it.
 */
public final class RevisionDetail {

    static final String TYPE_NAME = PushRevision.getDescriptor().getFullName();

    private static final Any LAST = Anys.pack(PushRevision.getDefaultInstance());

    private RevisionDetail() {}

    /**
     * Returns the detail of a push.
     *
     * @param kindsToFollow the wire names of the kinds of which pushes of this revision follow for
     *     the same application
     */
    public static Any write(Collection<String> kindsToFollow) {
        return kindsToFollow.isEmpty()
                ? LAST
                : Anys.pack(PushRevision.newBuilder().addAllKindsToFollow(kindsToFollow).build());
    }

    /**
     * Returns the kinds to follow, as the details of a push say.
     *
     * @param details {@code status.details} of the response
     * @return {@code null} if the control plane does not say which pushes belong together
     */
    public static @Nullable List<String> kindsToFollow(List<Any> details) {
        for (Any detail : details) {
            if (is(detail)) {
                return read(detail);
            }
        }
        return null;
    }

    static boolean is(Any detail) {
        return Anys.is(detail, TYPE_NAME);
    }

    private static @Nullable List<String> read(Any detail) {
        try {
            return List.copyOf(PushRevision.parseFrom(detail.getValue()).getKindsToFollowList());
        } catch (InvalidProtocolBufferException e) {
            return null; // the rules of the push are none the worse for it
        }
    }
}
