package io.tinker4j.transport.endpoint;

/** The numbers of the fields of passes, as {@code openapi/proto/tinker_public.proto} has them. */
final class ProtoFields {
  private ProtoFields() {}

  static final class Pass {
    static final int MODEL_ID = 1;
    static final int SEQ_ID = 2;
    static final int DATA = 3;
    static final int LOSS_FN = 4;
    static final int LOSS_FN_CONFIG = 5;
    static final int FORWARD_ONLY = 6;
    static final int LOSS_FN_CONFIG_V2 = 7;
  }

  static final class Entry {
    static final int KEY = 1;
    static final int VALUE = 2;
  }

  static final class Setting {
    static final int NUMBER = 1;
    static final int TEXT = 2;
  }

  static final class DatumField {
    static final int MODEL_INPUT = 1;
    static final int LOSS_FN_INPUTS = 2;
    static final int MODEL_INPUT_SPANS = 3;
    static final int LOSS_FN_INPUT_SPANS = 4;
  }

  static final class Span {
    static final int PROMPT_TOKENS = 1;
    static final int SAMPLED_TOKENS = 2;

    static final int SEQUENCE_ID = 1;
    static final int OFFSET = 2;
    static final int LENGTH = 3;
  }

  static final class Chunk {
    static final int ENCODED_TEXT = 1;
    static final int IMAGE = 2;
    static final int DMEL = 3;

    /** Tokens, image or audio: what a chunk holds is its first field. */
    static final int CONTENT = 1;

    static final int IMAGE_FORMAT = 2;
    static final int IMAGE_EXPECTED_TOKENS = 3;
  }

  static final class Tensor {
    static final int DENSE = 1;
    static final int SPARSE_CSR = 2;
    static final int DTYPE = 3;
    static final int SHAPE = 4;
  }

  static final class Csr {
    static final int VALUES = 1;
    static final int CROW_INDICES = 2;
    static final int COL_INDICES = 3;
  }
}
