package io.tinker4j.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.types.wire.CreateModelRequest;
import io.tinker4j.types.wire.GenericEvent;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Unions are read by tag, else by shape, and never lose what they do not know. */
class UnionTest {
  private final JsonMapper json =
      JsonMapper.builder()
          .disable(tools.jackson.databind.DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  @Test
  void unknownTag_isKeptAndWrittenBack() {
    String text = "{\"type\":\"gpu_hours\",\"hours\":1,\"more\":{\"x\":[null,2.5]}}";

    BillingEventInfo event = json.readValue(text, BillingEventInfo.class);

    assertThat(event.type()).isEqualTo("gpu_hours");
    assertThat(event).isInstanceOf(BillingEventInfo.Unrecognized.class);
    assertThat(json.readTree(json.writeValueAsString(event))).isEqualTo(json.readTree(text));
  }

  @Test
  void missingTag_isMadeUpForByTheFields() {
    assertThat(json.readValue("{\"cached\":true,\"token_count\":2}", BillingEventInfo.class))
        .isEqualTo(SamplingPrefillBillingEvent.builder().cached(true).tokenCount(2).build());
    assertThat(json.readValue("{\"token_count\":2}", BillingEventInfo.class))
        .isEqualTo(TrainingBillingEvent.builder().tokenCount(2).build());
    assertThat(json.readValue("{\"hours\":2}", BillingEventInfo.class))
        .isInstanceOf(BillingEventInfo.Unrecognized.class);
  }

  @Test
  void knownTagWithoutItsFields_isRefused() {
    assertThatThrownBy(() -> json.readValue("{\"type\":\"storage\"}", BillingEventInfo.class))
        .isInstanceOf(JacksonException.class)
        .hasMessageContaining("gigabyte_hours");
    assertThatThrownBy(() -> json.readValue("{\"type\":\"dmel\"}", ModelInputChunk.class))
        .isInstanceOf(JacksonException.class)
        .hasMessageContaining("dmel");
    assertThatThrownBy(
            () -> json.readValue("{\"type\":\"image\",\"data\":3}", ModelInputChunk.class))
        .isInstanceOf(JacksonException.class)
        .hasMessageContaining("data is 3");
  }

  @Test
  void chunks_withoutTag_areToldApartByTheirFields() {
    assertThat(json.readValue("{\"tokens\":[7]}", ModelInputChunk.class))
        .isEqualTo(EncodedTextChunk.of(7));
    assertThat(json.readValue("{\"dmel\":\"BAE=\"}", ModelInputChunk.class))
        .isEqualTo(DmelChunk.of(new byte[] {4, 1}));
    assertThat(json.readValue("{\"data\":\"\",\"format\":\"png\"}", ModelInputChunk.class))
        .isEqualTo(ImageChunk.of(new byte[0], ImageFormat.PNG));
    assertThat(json.readValue("{\"format\":\"png\",\"location\":\"x\"}", ModelInputChunk.class))
        .isInstanceOf(ImageAssetPointerChunk.class);
  }

  @Test
  void freeFormMap_keepsNullsAndIsNeverNullItself() {
    GenericEvent event =
        json.readValue(
            """
            {"event":"GENERIC_EVENT","event_id":"1","event_name":"n","event_session_index":0,
            "severity":"INFO","timestamp":0,"event_data":{"a":null}}\
            """,
            GenericEvent.class);

    assertThat(event.eventData()).containsEntry("a", null);
    assertThat(
            CreateModelRequest.builder()
                .sessionId("s")
                .modelSeqId(0)
                .baseModel("b")
                .build()
                .userMetadata())
        .isEmpty();
  }
}
