package io.tinker4j.transport.endpoint;

import static io.tinker4j.transport.endpoint.ProtoWriter.sizeOf;
import static io.tinker4j.transport.endpoint.ProtoWriter.sizeOfInteger;
import static io.tinker4j.transport.endpoint.ProtoWriter.sizeOfNumber;
import static io.tinker4j.transport.endpoint.ProtoWriter.sizeOfText;
import static java.lang.Math.addExact;

import io.tinker4j.transport.endpoint.ProtoFields.Entry;
import io.tinker4j.transport.endpoint.ProtoFields.Pass;
import io.tinker4j.transport.endpoint.ProtoFields.Setting;
import io.tinker4j.types.wire.ForwardBackwardInput;
import java.util.Map;

/** A pass without its data. What is zero or empty is not written. */
record ProtoHead(ForwardBackwardInput input, String modelId, int seqId, boolean forwardOnly) {
  int size() {
    int size = ProtoWriter.sizeUnlessEmpty(Pass.MODEL_ID, modelId);
    size = addExact(size, seqId == 0 ? 0 : sizeOfInteger(Pass.SEQ_ID, seqId));
    size = addExact(size, ProtoWriter.sizeUnlessEmpty(Pass.LOSS_FN, input.lossFn()));
    for (String name : input.lossFnConfig().keySet()) {
      size = addExact(size, sizeOf(Pass.LOSS_FN_CONFIG, sizeOfNumberEntry(name)));
    }
    size = addExact(size, forwardOnly ? sizeOfInteger(Pass.FORWARD_ONLY, 1) : 0);
    if (hasTexts()) {
      for (String name : input.lossFnConfig().keySet()) {
        size = addExact(size, sizeOf(Pass.LOSS_FN_CONFIG_V2, sizeOfNumberSetting(name)));
      }
      for (Map.Entry<String, String> text : input.lossFnConfigV2().entrySet()) {
        size = addExact(size, sizeOf(Pass.LOSS_FN_CONFIG_V2, sizeOfTextEntry(text)));
      }
    }
    return size;
  }

  void write(ProtoWriter out) {
    out.textUnlessEmpty(Pass.MODEL_ID, modelId);
    if (seqId != 0) {
      out.integer(Pass.SEQ_ID, seqId);
    }
    out.textUnlessEmpty(Pass.LOSS_FN, input.lossFn());
    input
        .lossFnConfig()
        .forEach((name, number) -> {
          out.begin(Pass.LOSS_FN_CONFIG, sizeOfNumberEntry(name));
          out.text(Entry.KEY, name);
          out.number(Entry.VALUE, number);
        });
    if (forwardOnly) {
      out.integer(Pass.FORWARD_ONLY, 1);
    }
    if (hasTexts()) {
      writeAllSettings(out);
    }
  }

  /** The newer map of settings is there only if it is needed. */
  private boolean hasTexts() {
    return !input.lossFnConfigV2().isEmpty();
  }

  private void writeAllSettings(ProtoWriter out) {
    input
        .lossFnConfig()
        .forEach((name, number) -> {
          out.begin(Pass.LOSS_FN_CONFIG_V2, sizeOfNumberSetting(name));
          out.text(Entry.KEY, name);
          out.begin(Entry.VALUE, sizeOfNumber(Setting.NUMBER));
          out.number(Setting.NUMBER, number);
        });
    for (Map.Entry<String, String> text : input.lossFnConfigV2().entrySet()) {
      out.begin(Pass.LOSS_FN_CONFIG_V2, sizeOfTextEntry(text));
      out.text(Entry.KEY, text.getKey());
      out.begin(Entry.VALUE, sizeOfText(Setting.TEXT, text.getValue()));
      out.text(Setting.TEXT, text.getValue());
    }
  }

  private static int sizeOfNumberEntry(String name) {
    return addExact(sizeOfText(Entry.KEY, name), sizeOfNumber(Entry.VALUE));
  }

  private static int sizeOfNumberSetting(String name) {
    return addExact(sizeOfText(Entry.KEY, name), sizeOf(Entry.VALUE, sizeOfNumber(Setting.NUMBER)));
  }

  private static int sizeOfTextEntry(Map.Entry<String, String> text) {
    return addExact(
        sizeOfText(Entry.KEY, text.getKey()),
        sizeOf(Entry.VALUE, sizeOfText(Setting.TEXT, text.getValue())));
  }
}
