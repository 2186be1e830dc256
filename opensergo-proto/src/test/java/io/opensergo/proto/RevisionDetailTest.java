package io.opensergo.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which pushes of a control plane belong to one revision of the rules. */
class RevisionDetailTest {

    private static final Any STAMP = PushStamp.write(Instant.EPOCH);

    @Test
    void kindsThatFollowAreReadAsTheyWereWritten() {
        Any detail = RevisionDetail.write(List.of("kind-b", "kind-a"));

        assertThat(RevisionDetail.kindsToFollow(List.of(STAMP, detail)))
                .containsExactly("kind-b", "kind-a");
    }

    @Test
    void theLastPushOfARevisionSaysThatNoneFollows() {
        assertThat(RevisionDetail.kindsToFollow(List.of(RevisionDetail.write(List.of()), STAMP)))
                .isEmpty();
    }

    @Test
    void aControlPlaneThatDoesNotSayIsNotOneWhoseRevisionIsComplete() {
        assertThat(RevisionDetail.kindsToFollow(List.of())).isNull();
        assertThat(RevisionDetail.kindsToFollow(List.of(STAMP))).isNull();
    }

    @Test
    void anUnreadableDetailIsAsGoodAsNone() {
        Any unreadable =
                RevisionDetail.write(List.of("kind")).toBuilder()
                        .setValue(ByteString.copyFrom(new byte[] {10, 100, 1}))
                        .build();

        assertThat(RevisionDetail.kindsToFollow(List.of(unreadable))).isNull();
    }
}
