/* @ts-self-types="./svnr_wasm.d.ts" */

/**
 * A file's pixels and what belongs to them.
 */
export class DecodedFile {
    static __wrap(ptr) {
        const obj = Object.create(DecodedFile.prototype);
        obj.__wbg_ptr = ptr;
        DecodedFileFinalization.register(obj, obj.__wbg_ptr, obj);
        return obj;
    }
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        DecodedFileFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_decodedfile_free(ptr, 0);
    }
    /**
     * Bits of a value of the pixels here, which may have more: those of a file whose curve is not sRGB's have.
     * @returns {number}
     */
    get bits() {
        const ret = wasm.decodedfile_bits(this.__wbg_ptr);
        return ret;
    }
    /**
     * Pixels per inch across and down.
     * @returns {Float64Array | undefined}
     */
    density() {
        const ret = wasm.decodedfile_density(this.__wbg_ptr);
        let v1;
        if (ret[0] !== 0) {
            v1 = getArrayF64FromWasm0(ret[0], ret[1]).slice();
            wasm.__wbindgen_free(ret[0], ret[1] * 8, 8);
        }
        return v1;
    }
    /**
     * Bits of a value in the file: 8, 16 or 32, which are floats.
     * @returns {number}
     */
    get depth() {
        const ret = wasm.decodedfile_depth(this.__wbg_ptr);
        return ret;
    }
    /**
     * The EXIF block.
     * @returns {Uint8Array | undefined}
     */
    exif() {
        const ret = wasm.decodedfile_exif(this.__wbg_ptr);
        let v1;
        if (ret[0] !== 0) {
            v1 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
            wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        }
        return v1;
    }
    /**
     * Pixels down.
     * @returns {number}
     */
    get height() {
        const ret = wasm.decodedfile_height(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * The pixels as floats.
     * @returns {Float32Array}
     */
    intoF32() {
        const ptr = this.__destroy_into_raw();
        const ret = wasm.decodedfile_intoF32(ptr);
        var v1 = getArrayF32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * The pixels of 16 bits.
     * @returns {Uint16Array}
     */
    intoU16() {
        const ptr = this.__destroy_into_raw();
        const ret = wasm.decodedfile_intoU16(ptr);
        var v1 = getArrayU16FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 2, 2);
        return v1;
    }
    /**
     * The pixels of 8 bits.
     * @returns {Uint8ClampedArray}
     */
    intoU8() {
        const ptr = this.__destroy_into_raw();
        const ret = wasm.decodedfile_intoU8(ptr);
        var v1 = getClampedArrayU8FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        return v1;
    }
    /**
     * IPTC's data sets.
     * @returns {Uint8Array | undefined}
     */
    iptc() {
        const ret = wasm.decodedfile_iptc(this.__wbg_ptr);
        let v1;
        if (ret[0] !== 0) {
            v1 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
            wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        }
        return v1;
    }
    /**
     * Whether the file holds more pictures than this.
     * @returns {boolean}
     */
    get isFirstOfSeveral() {
        const ret = wasm.decodedfile_isFirstOfSeveral(this.__wbg_ptr);
        return ret !== 0;
    }
    /**
     * What the user should know about the file, in words.
     * @returns {string[]}
     */
    notes() {
        const ret = wasm.decodedfile_notes(this.__wbg_ptr);
        var v1 = getArrayJsValueFromWasm0(ret[0], ret[1]);
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * The ICC profile.
     * @returns {Uint8Array | undefined}
     */
    profile() {
        const ret = wasm.decodedfile_profile(this.__wbg_ptr);
        let v1;
        if (ret[0] !== 0) {
            v1 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
            wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        }
        return v1;
    }
    /**
     * Pixels across.
     * @returns {number}
     */
    get width() {
        const ret = wasm.decodedfile_width(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * The XMP packet.
     * @returns {Uint8Array | undefined}
     */
    xmp() {
        const ret = wasm.decodedfile_xmp(this.__wbg_ptr);
        let v1;
        if (ret[0] !== 0) {
            v1 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
            wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        }
        return v1;
    }
}
if (Symbol.dispose) DecodedFile.prototype[Symbol.dispose] = DecodedFile.prototype.free;

/**
 * A network on a device.
 */
export class Engine {
    static __wrap(ptr) {
        const obj = Object.create(Engine.prototype);
        obj.__wbg_ptr = ptr;
        EngineFinalization.register(obj, obj.__wbg_ptr, obj);
        return obj;
    }
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        EngineFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_engine_free(ptr, 0);
    }
    /**
     * Where what has to be cut out for the pixels from `start` to before `end` of `size` begins and ends, of a photo
     * with or without film grain; see [`cut_around`].
     * @param {boolean} has_grain
     * @param {number} start
     * @param {number} end
     * @param {number} size
     * @returns {Uint32Array}
     */
    cutAround(has_grain, start, end, size) {
        const ret = wasm.engine_cutAround(this.__wbg_ptr, has_grain, start, end, size);
        var v1 = getArrayU32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * Frees the engine's memory, including what burn keeps on the GPU for later use.
     */
    dispose() {
        const ptr = this.__destroy_into_raw();
        wasm.engine_dispose(ptr);
    }
    /**
     * The noise that a run would remove, and where each pixel would start.
     *
     * # Errors
     * As [`Engine::start`].
     * @param {SharedImage} image
     * @param {Noise} noise
     * @param {Settings} settings
     * @returns {Maps}
     */
    maps(image, noise, settings) {
        _assertClass(image, SharedImage);
        _assertClass(noise, Noise);
        _assertClass(settings, Settings);
        const ret = wasm.engine_maps(this.__wbg_ptr, image.__wbg_ptr, noise.__wbg_ptr, settings.__wbg_ptr);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return Maps.__wrap(ret[0]);
    }
    /**
     * The network of a weight file on the CPU.
     *
     * # Errors
     * `bad-weights`.
     * @param {Uint8Array | number[]} weights
     * @returns {Engine}
     */
    static onCpu(weights) {
        const ptr0 = passArray8ToWasm0(weights, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.engine_onCpu(ptr0, len0);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return Engine.__wrap(ret[0]);
    }
    /**
     * The network of a weight file on the GPU that [`open_gpu`] opened.
     *
     * # Errors
     * `bad-weights`, or `no-webgpu` when none is open.
     * @param {Uint8Array | number[]} weights
     * @returns {Engine}
     */
    static onGpu(weights) {
        const ptr0 = passArray8ToWasm0(weights, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.engine_onGpu(ptr0, len0);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return Engine.__wrap(ret[0]);
    }
    /**
     * What a run on a part of this image has to know of the whole, as JSON; see [`Overview::to_json`].
     *
     * # Errors
     * As [`Engine::start`].
     * @param {SharedImage} image
     * @param {Noise} noise
     * @param {Settings} settings
     * @returns {string}
     */
    overview(image, noise, settings) {
        let deferred2_0;
        let deferred2_1;
        try {
            _assertClass(image, SharedImage);
            _assertClass(noise, Noise);
            _assertClass(settings, Settings);
            const ret = wasm.engine_overview(this.__wbg_ptr, image.__wbg_ptr, noise.__wbg_ptr, settings.__wbg_ptr);
            var ptr1 = ret[0];
            var len1 = ret[1];
            if (ret[3]) {
                ptr1 = 0; len1 = 0;
                throw takeFromExternrefTable0(ret[2]);
            }
            deferred2_0 = ptr1;
            deferred2_1 = len1;
            return getStringFromWasm0(ptr1, len1);
        } finally {
            wasm.__wbindgen_free(deferred2_0, deferred2_1, 1);
        }
    }
    /**
     * The network's prediction for a tile that a run has handed out, perhaps in another instance of this module; the
     * arguments are the fields of its [`Tile`]. Give it to [`Task::finish_tile`].
     *
     * # Errors
     * `bad-option` or `device-lost`.
     * @param {Uint32Array | number[]} size
     * @param {Uint32Array | number[]} window
     * @param {Float32Array | number[]} x
     * @param {Float32Array | number[]} sigma_t
     * @param {Float32Array | number[] | null} [y]
     * @param {Float32Array | number[] | null} [sigma_star]
     * @returns {Promise<Float32Array>}
     */
    predict(size, window, x, sigma_t, y, sigma_star) {
        let ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3, ptr4, len4, ptr5, len5;
        try {
            ptr0 = passArray32ToWasm0(size, wasm.__wbindgen_malloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = passArray32ToWasm0(window, wasm.__wbindgen_malloc);
            len1 = WASM_VECTOR_LEN;
            ptr2 = passArrayF32ToWasm0(x, wasm.__wbindgen_malloc);
            len2 = WASM_VECTOR_LEN;
            ptr3 = passArrayF32ToWasm0(sigma_t, wasm.__wbindgen_malloc);
            len3 = WASM_VECTOR_LEN;
            ptr4 = isLikeNone(y) ? 0 : passArrayF32ToWasm0(y, wasm.__wbindgen_malloc);
            len4 = WASM_VECTOR_LEN;
            ptr5 = isLikeNone(sigma_star) ? 0 : passArrayF32ToWasm0(sigma_star, wasm.__wbindgen_malloc);
            len5 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr5) { wasm.__wbindgen_free(ptr5, len5 * 4, 4); }
            if (ptr4) { wasm.__wbindgen_free(ptr4, len4 * 4, 4); }
            if (ptr3) { wasm.__wbindgen_free(ptr3, len3 * 4, 4); }
            if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 4, 4); }
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 4, 4); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 4, 4); }
            throw e;
        }
        const ret = wasm.engine_predict(this.__wbg_ptr, ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3, ptr4, len4, ptr5, len5);
        return ret;
    }
    /**
     * Starts a run.
     *
     * # Errors
     * `bad-option` or `too-large`.
     * @param {SharedImage} image
     * @param {Noise} noise
     * @param {Settings} settings
     * @returns {Task}
     */
    start(image, noise, settings) {
        _assertClass(image, SharedImage);
        _assertClass(noise, Noise);
        _assertClass(settings, Settings);
        const ret = wasm.engine_start(this.__wbg_ptr, image.__wbg_ptr, noise.__wbg_ptr, settings.__wbg_ptr);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return Task.__wrap(ret[0]);
    }
    /**
     * Denoises a few pixels, which compiles the shaders before a photo waits for them and finds a GPU that computes
     * nonsense.
     *
     * # Errors
     * `device-lost` if the device fails, `device-wrong` if it computes something else than the processor.
     * @returns {Promise<void>}
     */
    warmUp() {
        const ret = wasm.engine_warmUp(this.__wbg_ptr);
        return ret;
    }
}
if (Symbol.dispose) Engine.prototype[Symbol.dispose] = Engine.prototype.free;

/**
 * [`Metadata`] and a profile in JavaScript's words.
 */
export class FileMetadata {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        FileMetadataFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_filemetadata_free(ptr, 0);
    }
    /**
     * Any of them may be missing; `density` is pixels per inch across and down.
     * @param {Uint8Array | number[] | null} [profile]
     * @param {Uint8Array | number[] | null} [exif]
     * @param {Uint8Array | number[] | null} [xmp]
     * @param {Uint8Array | number[] | null} [iptc]
     * @param {Float64Array | number[] | null} [density]
     */
    constructor(profile, exif, xmp, iptc, density) {
        let ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3, ptr4, len4;
        try {
            ptr0 = isLikeNone(profile) ? 0 : passArray8ToWasm0(profile, wasm.__wbindgen_malloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = isLikeNone(exif) ? 0 : passArray8ToWasm0(exif, wasm.__wbindgen_malloc);
            len1 = WASM_VECTOR_LEN;
            ptr2 = isLikeNone(xmp) ? 0 : passArray8ToWasm0(xmp, wasm.__wbindgen_malloc);
            len2 = WASM_VECTOR_LEN;
            ptr3 = isLikeNone(iptc) ? 0 : passArray8ToWasm0(iptc, wasm.__wbindgen_malloc);
            len3 = WASM_VECTOR_LEN;
            ptr4 = isLikeNone(density) ? 0 : passArrayF64ToWasm0(density, wasm.__wbindgen_malloc);
            len4 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr4) { wasm.__wbindgen_free(ptr4, len4 * 8, 8); }
            if (ptr3) { wasm.__wbindgen_free(ptr3, len3 * 1, 1); }
            if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 1, 1); }
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
            throw e;
        }
        const ret = wasm.filemetadata_new(ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3, ptr4, len4);
        this.__wbg_ptr = ret;
        FileMetadataFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * Puts the metadata into a file that the browser has encoded, from [`FileMetadata::to_codes`]. `format` is the
     * second half of its MIME type.
     *
     * # Errors
     * `bad-option` if `format` is unknown.
     * @param {Uint8Array | number[]} file
     * @param {string} format
     * @returns {Uint8Array}
     */
    putInto(file, format) {
        let ptr0, len0, ptr1, len1;
        try {
            ptr0 = passArray8ToWasm0(file, wasm.__wbindgen_malloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = passStringToWasm0(format, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len1 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
            throw e;
        }
        const ret = wasm.filemetadata_putInto(this.__wbg_ptr, ptr0, len0, ptr1, len1);
        if (ret[3]) {
            throw takeFromExternrefTable0(ret[2]);
        }
        var v3 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        return v3;
    }
    /**
     * Turns RGBA of 8 bits on sRGB's curve into the codes that the profile gives them, for the browser to encode.
     *
     * # Errors
     * As [`FileMetadata::put_into`].
     * @param {Uint8Array} data
     * @param {string} format
     */
    toCodes(data, format) {
        let ptr0, len0, ptr1, len1;
        try {
            ptr0 = passArray8ToWasm0(data, wasm.__wbindgen_malloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = passStringToWasm0(format, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len1 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
            throw e;
        }
        const ret = wasm.filemetadata_toCodes(this.__wbg_ptr, ptr0, len0, data, ptr1, len1);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
}
if (Symbol.dispose) FileMetadata.prototype[Symbol.dispose] = FileMetadata.prototype.free;

/**
 * Pixels on their way into a file.
 */
export class FilePixels {
    static __wrap(ptr) {
        const obj = Object.create(FilePixels.prototype);
        obj.__wbg_ptr = ptr;
        FilePixelsFinalization.register(obj, obj.__wbg_ptr, obj);
        return obj;
    }
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        FilePixelsFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_filepixels_free(ptr, 0);
    }
    /**
     * The bytes of a file. `depth` is 8, 16 or 32; `quality`, from 1 to 100, matters to JPEG alone, which has no
     * transparency either: it gets white there. A profile of grey makes the file grey.
     *
     * # Errors
     * `bad-option`: a format that is not known.
     * @param {string} format
     * @param {number} depth
     * @param {number} quality
     * @param {FileMetadata} metadata
     * @returns {Uint8Array}
     */
    encode(format, depth, quality, metadata) {
        _assertClass(metadata, FileMetadata);
        const val2 = +depth;
        const val3 = +quality;
        let ptr, ptr0, len0;
        try {
            ptr = this.__destroy_into_raw();
            ptr0 = passStringToWasm0(format, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len0 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
            if (ptr) wasm.__wbg_filepixels_free(ptr, 1);
            throw e;
        }
        const ret = wasm.filepixels_encode(ptr, ptr0, len0, val2, val3, metadata.__wbg_ptr);
        if (ret[3]) {
            throw takeFromExternrefTable0(ret[2]);
        }
        var v4 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        return v4;
    }
    /**
     * Of linear light.
     *
     * # Errors
     * As [`FilePixels::from_u8`].
     * @param {number} width
     * @param {number} height
     * @param {Float32Array | number[]} data
     * @returns {FilePixels}
     */
    static fromF32(width, height, data) {
        const val2 = +width;
        const val3 = +height;
        const ptr0 = passArrayF32ToWasm0(data, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.filepixels_fromF32(val2, val3, ptr0, len0);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return FilePixels.__wrap(ret[0]);
    }
    /**
     * Of 16-bit sRGB.
     *
     * # Errors
     * As [`FilePixels::from_u8`].
     * @param {number} width
     * @param {number} height
     * @param {Uint16Array | number[]} data
     * @returns {FilePixels}
     */
    static fromU16(width, height, data) {
        const val2 = +width;
        const val3 = +height;
        const ptr0 = passArray16ToWasm0(data, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.filepixels_fromU16(val2, val3, ptr0, len0);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return FilePixels.__wrap(ret[0]);
    }
    /**
     * Of 8-bit sRGB.
     *
     * # Errors
     * `unsupported-image`, here and below: a length that is not that of RGBA.
     * @param {number} width
     * @param {number} height
     * @param {Uint8Array | number[]} data
     * @returns {FilePixels}
     */
    static fromU8(width, height, data) {
        const val2 = +width;
        const val3 = +height;
        const ptr0 = passArray8ToWasm0(data, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.filepixels_fromU8(val2, val3, ptr0, len0);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return FilePixels.__wrap(ret[0]);
    }
}
if (Symbol.dispose) FilePixels.prototype[Symbol.dispose] = FilePixels.prototype.free;

/**
 * Reads a [`SharedImage`] piece by piece; black where nothing has been read yet.
 */
export class ImageReader {
    static __wrap(ptr) {
        const obj = Object.create(ImageReader.prototype);
        obj.__wbg_ptr = ptr;
        ImageReaderFinalization.register(obj, obj.__wbg_ptr, obj);
        return obj;
    }
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        ImageReaderFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_imagereader_free(ptr, 0);
    }
    /**
     * The image.
     *
     * # Errors
     * `unsupported-image` if it has no pixels, or a value that is not finite.
     * @returns {SharedImage}
     */
    finish() {
        const ptr = this.__destroy_into_raw();
        const ret = wasm.imagereader_finish(ptr);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return SharedImage.__wrap(ret[0]);
    }
    /**
     * For an image of this size in pixels.
     * @param {number} width
     * @param {number} height
     */
    constructor(width, height) {
        const ret = wasm.imagereader_new(width, height);
        this.__wbg_ptr = ret;
        ImageReaderFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * For the planes of a mosaic, of this size in pixels.
     * @param {number} width
     * @param {number} height
     * @returns {ImageReader}
     */
    static ofMosaic(width, height) {
        const ret = wasm.imagereader_ofMosaic(width, height);
        return ImageReader.__wrap(ret);
    }
    /**
     * Reads floats, as [`ImageReader::read_u8`] does, unclipped: linear light or sRGB-encoded.
     * @param {number} first
     * @param {Float32Array | number[]} data
     * @param {number} stride
     * @param {boolean} linear
     */
    readF32(first, data, stride, linear) {
        const val2 = +first;
        const val3 = +stride;
        const val4 = +linear;
        const ptr0 = passArrayF32ToWasm0(data, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        wasm.imagereader_readF32(this.__wbg_ptr, val2, ptr0, len0, val3, val4);
    }
    /**
     * Reads values of a plane, in linear light, beginning with pixel `first`. Those beyond its end are not read.
     * @param {number} channel
     * @param {number} first
     * @param {Float32Array | number[]} values
     */
    readPlane(channel, first, values) {
        const val2 = +channel;
        const val3 = +first;
        const ptr0 = passArrayF32ToWasm0(values, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        wasm.imagereader_readPlane(this.__wbg_ptr, val2, val3, ptr0, len0);
    }
    /**
     * Reads 16-bit sRGB, as [`ImageReader::read_u8`] does.
     * @param {number} first
     * @param {Uint16Array | number[]} data
     * @param {number} stride
     */
    readU16(first, data, stride) {
        const val2 = +first;
        const val3 = +stride;
        const ptr0 = passArray16ToWasm0(data, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        wasm.imagereader_readU16(this.__wbg_ptr, val2, ptr0, len0, val3);
    }
    /**
     * Reads 8-bit sRGB from `data`, which holds `stride` values for each pixel, beginning with pixel `first` of the
     * image.
     * @param {number} first
     * @param {Uint8Array | number[]} data
     * @param {number} stride
     */
    readU8(first, data, stride) {
        const val2 = +first;
        const val3 = +stride;
        const ptr0 = passArray8ToWasm0(data, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        wasm.imagereader_readU8(this.__wbg_ptr, val2, ptr0, len0, val3);
    }
}
if (Symbol.dispose) ImageReader.prototype[Symbol.dispose] = ImageReader.prototype.free;

/**
 * A small image of a RAW photo's planes.
 */
export class LightPreview {
    static __wrap(ptr) {
        const obj = Object.create(LightPreview.prototype);
        obj.__wbg_ptr = ptr;
        LightPreviewFinalization.register(obj, obj.__wbg_ptr, obj);
        return obj;
    }
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        LightPreviewFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_lightpreview_free(ptr, 0);
    }
    /**
     * Red, green and blue, pixel by pixel.
     * @returns {Float32Array}
     */
    get data() {
        const ret = wasm.__wbg_get_lightpreview_data(this.__wbg_ptr);
        var v1 = getArrayF32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * Pixels down.
     * @returns {number}
     */
    get height() {
        const ret = wasm.__wbg_get_lightpreview_height(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Pixels across.
     * @returns {number}
     */
    get width() {
        const ret = wasm.__wbg_get_lightpreview_width(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Red, green and blue, pixel by pixel.
     * @param {Float32Array | number[]} arg0
     */
    set data(arg0) {
        const ptr0 = passArrayF32ToWasm0(arg0, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        wasm.__wbg_set_lightpreview_data(this.__wbg_ptr, ptr0, len0);
    }
    /**
     * Pixels down.
     * @param {number} arg0
     */
    set height(arg0) {
        wasm.__wbg_set_lightpreview_height(this.__wbg_ptr, arg0);
    }
    /**
     * Pixels across.
     * @param {number} arg0
     */
    set width(arg0) {
        wasm.__wbg_set_lightpreview_width(this.__wbg_ptr, arg0);
    }
}
if (Symbol.dispose) LightPreview.prototype[Symbol.dispose] = LightPreview.prototype.free;

/**
 * The noise that a run would remove and where each pixel would start: a plane for each channel, row after row.
 */
export class Maps {
    static __wrap(ptr) {
        const obj = Object.create(Maps.prototype);
        obj.__wbg_ptr = ptr;
        MapsFinalization.register(obj, obj.__wbg_ptr, obj);
        return obj;
    }
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        MapsFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_maps_free(ptr, 0);
    }
    /**
     * Std of the noise in linear light.
     * @returns {Float32Array}
     */
    get std() {
        const ret = wasm.__wbg_get_maps_std(this.__wbg_ptr);
        var v1 = getArrayF32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * The time at which the pixel starts, from 0, without noise, to 1.
     * @returns {Float32Array}
     */
    get time() {
        const ret = wasm.__wbg_get_maps_time(this.__wbg_ptr);
        var v1 = getArrayF32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * Std of the noise in linear light.
     * @param {Float32Array | number[]} arg0
     */
    set std(arg0) {
        const ptr0 = passArrayF32ToWasm0(arg0, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        wasm.__wbg_set_maps_std(this.__wbg_ptr, ptr0, len0);
    }
    /**
     * The time at which the pixel starts, from 0, without noise, to 1.
     * @param {Float32Array | number[]} arg0
     */
    set time(arg0) {
        const ptr0 = passArrayF32ToWasm0(arg0, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        wasm.__wbg_set_maps_time(this.__wbg_ptr, ptr0, len0);
    }
}
if (Symbol.dispose) Maps.prototype[Symbol.dispose] = Maps.prototype.free;

/**
 * [`noise::Noise`] for JavaScript. It is checked when a run starts.
 */
export class Noise {
    static __wrap(ptr) {
        const obj = Object.create(Noise.prototype);
        obj.__wbg_ptr = ptr;
        NoiseFinalization.register(obj, obj.__wbg_ptr, obj);
        return obj;
    }
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        NoiseFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_noise_free(ptr, 0);
    }
    /**
     * For the planes of a mosaic: of a curve for each colour, both greens get green's.
     * @returns {Noise}
     */
    forMosaic() {
        const ptr = this.__destroy_into_raw();
        const ret = wasm.noise_forMosaic(ptr);
        return Noise.__wrap(ret);
    }
    /**
     * From JSON; see [`noise_from_json`].
     *
     * # Errors
     * `bad-option`.
     * @param {string} text
     * @returns {Noise}
     */
    static fromJson(text) {
        const ptr0 = passStringToWasm0(text, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.noise_fromJson(ptr0, len0);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return Noise.__wrap(ret[0]);
    }
    /**
     * From the std of every pixel in linear light, row after row.
     * @param {Float32Array | number[]} std
     * @returns {Noise}
     */
    static map(std) {
        const ptr0 = passArrayF32ToWasm0(std, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.noise_map(ptr0, len0);
        return Noise.__wrap(ret);
    }
    /**
     * From the std at black and the variance per unit of signal, in linear light.
     * @param {number} read
     * @param {number} shot
     * @returns {Noise}
     */
    static model(read, shot) {
        const ret = wasm.noise_model(read, shot);
        return Noise.__wrap(ret);
    }
}
if (Symbol.dispose) Noise.prototype[Symbol.dispose] = Noise.prototype.free;

/**
 * A small image to display.
 */
export class Preview {
    static __wrap(ptr) {
        const obj = Object.create(Preview.prototype);
        obj.__wbg_ptr = ptr;
        PreviewFinalization.register(obj, obj.__wbg_ptr, obj);
        return obj;
    }
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        PreviewFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_preview_free(ptr, 0);
    }
    /**
     * RGBA, opaque.
     * @returns {Uint8ClampedArray}
     */
    get data() {
        const ret = wasm.__wbg_get_preview_data(this.__wbg_ptr);
        var v1 = getClampedArrayU8FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        return v1;
    }
    /**
     * Pixels down.
     * @returns {number}
     */
    get height() {
        const ret = wasm.__wbg_get_preview_height(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Pixels across.
     * @returns {number}
     */
    get width() {
        const ret = wasm.__wbg_get_preview_width(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * RGBA, opaque.
     * @param {Uint8ClampedArray} arg0
     */
    set data(arg0) {
        const ptr0 = passArray8ToWasm0(arg0, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        wasm.__wbg_set_preview_data(this.__wbg_ptr, ptr0, len0);
    }
    /**
     * Pixels down.
     * @param {number} arg0
     */
    set height(arg0) {
        wasm.__wbg_set_preview_height(this.__wbg_ptr, arg0);
    }
    /**
     * Pixels across.
     * @param {number} arg0
     */
    set width(arg0) {
        wasm.__wbg_set_preview_width(this.__wbg_ptr, arg0);
    }
}
if (Symbol.dispose) Preview.prototype[Symbol.dispose] = Preview.prototype.free;

/**
 * Where a run is; see [`crate::denoiser::Progress`].
 */
export class Progress {
    static __wrap(ptr) {
        const obj = Object.create(Progress.prototype);
        obj.__wbg_ptr = ptr;
        ProgressFinalization.register(obj, obj.__wbg_ptr, obj);
        return obj;
    }
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        ProgressFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_progress_free(ptr, 0);
    }
    /**
     * The share of the work that is done.
     * @returns {number}
     */
    get fraction() {
        const ret = wasm.__wbg_get_progress_fraction(this.__wbg_ptr);
        return ret;
    }
    /**
     * The current step, from 1.
     * @returns {number}
     */
    get step() {
        const ret = wasm.__wbg_get_progress_step(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * How many tiles of it are finished.
     * @returns {number}
     */
    get tile() {
        const ret = wasm.__wbg_get_progress_tile(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * The share of the work that is done.
     * @param {number} arg0
     */
    set fraction(arg0) {
        wasm.__wbg_set_progress_fraction(this.__wbg_ptr, arg0);
    }
    /**
     * The current step, from 1.
     * @param {number} arg0
     */
    set step(arg0) {
        wasm.__wbg_set_progress_step(this.__wbg_ptr, arg0);
    }
    /**
     * How many tiles of it are finished.
     * @param {number} arg0
     */
    set tile(arg0) {
        wasm.__wbg_set_progress_tile(this.__wbg_ptr, arg0);
    }
}
if (Symbol.dispose) Progress.prototype[Symbol.dispose] = Progress.prototype.free;

/**
 * Several samples of one photo; see [`denoiser::Samples`].
 */
export class Samples {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        SamplesFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_samples_free(ptr, 0);
    }
    /**
     * One more, of the same size.
     * @param {SharedImage} next
     */
    add(next) {
        _assertClass(next, SharedImage);
        wasm.samples_add(this.__wbg_ptr, next.__wbg_ptr);
    }
    /**
     * Their mean.
     * @returns {SharedImage}
     */
    intoMean() {
        const ptr = this.__destroy_into_raw();
        const ret = wasm.samples_intoMean(ptr);
        return SharedImage.__wrap(ret);
    }
    /**
     * The first one.
     * @param {SharedImage} first
     */
    constructor(first) {
        _assertClass(first, SharedImage);
        var ptr0 = first.__destroy_into_raw();
        const ret = wasm.samples_new(ptr0);
        this.__wbg_ptr = ret;
        SamplesFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * How far they differ at every pixel; see [`denoiser::Samples::uncertainty`].
     * @returns {Float32Array}
     */
    uncertainty() {
        const ret = wasm.samples_uncertainty(this.__wbg_ptr);
        var v1 = getArrayF32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
}
if (Symbol.dispose) Samples.prototype[Symbol.dispose] = Samples.prototype.free;

/**
 * [`Options`] for JavaScript; starts with the defaults.
 */
export class Settings {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        SettingsFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_settings_free(ptr, 0);
    }
    /**
     * See [`Parts::chrominance`].
     * @returns {number}
     */
    get chrominance() {
        const ret = wasm.__wbg_get_settings_chrominance(this.__wbg_ptr);
        return ret;
    }
    /**
     * See [`Options::eta`].
     * @returns {number | undefined}
     */
    get eta() {
        const ret = wasm.__wbg_get_settings_eta(this.__wbg_ptr);
        return ret === Number.MAX_SAFE_INTEGER ? undefined : ret;
    }
    /**
     * See [`Parts::luminance`].
     * @returns {number}
     */
    get luminance() {
        const ret = wasm.__wbg_get_settings_luminance(this.__wbg_ptr);
        return ret;
    }
    /**
     * See [`Options::sample`].
     * @returns {number | undefined}
     */
    get sample() {
        const ret = wasm.__wbg_get_settings_sample(this.__wbg_ptr);
        return ret === Number.MAX_SAFE_INTEGER ? undefined : ret;
    }
    /**
     * A whole number, as a JavaScript number.
     * @returns {number}
     */
    get seed() {
        const ret = wasm.__wbg_get_settings_seed(this.__wbg_ptr);
        return ret;
    }
    /**
     * Steps of the reverse process; nothing for [`Steps::Unit`].
     * @returns {number | undefined}
     */
    get steps() {
        const ret = wasm.__wbg_get_settings_steps(this.__wbg_ptr);
        return ret === Number.MAX_SAFE_INTEGER ? undefined : ret;
    }
    /**
     * See [`Options::tile`].
     * @returns {number | undefined}
     */
    get tile() {
        const ret = wasm.__wbg_get_settings_tile(this.__wbg_ptr);
        return ret === Number.MAX_SAFE_INTEGER ? undefined : ret;
    }
    /**
     * See [`Parts::chrominance`].
     * @param {number} arg0
     */
    set chrominance(arg0) {
        wasm.__wbg_set_settings_chrominance(this.__wbg_ptr, arg0);
    }
    /**
     * See [`Options::eta`].
     * @param {number | null} [arg0]
     */
    set eta(arg0) {
        wasm.__wbg_set_settings_eta(this.__wbg_ptr, isLikeNone(arg0) ? Number.MAX_SAFE_INTEGER : Math.fround(arg0));
    }
    /**
     * See [`Parts::luminance`].
     * @param {number} arg0
     */
    set luminance(arg0) {
        wasm.__wbg_set_settings_luminance(this.__wbg_ptr, arg0);
    }
    /**
     * See [`Options::sample`].
     * @param {number | null} [arg0]
     */
    set sample(arg0) {
        wasm.__wbg_set_settings_sample(this.__wbg_ptr, isLikeNone(arg0) ? Number.MAX_SAFE_INTEGER : (arg0) >>> 0);
    }
    /**
     * A whole number, as a JavaScript number.
     * @param {number} arg0
     */
    set seed(arg0) {
        wasm.__wbg_set_settings_seed(this.__wbg_ptr, arg0);
    }
    /**
     * Steps of the reverse process; nothing for [`Steps::Unit`].
     * @param {number | null} [arg0]
     */
    set steps(arg0) {
        wasm.__wbg_set_settings_steps(this.__wbg_ptr, isLikeNone(arg0) ? Number.MAX_SAFE_INTEGER : (arg0) >>> 0);
    }
    /**
     * See [`Options::tile`].
     * @param {number | null} [arg0]
     */
    set tile(arg0) {
        wasm.__wbg_set_settings_tile(this.__wbg_ptr, isLikeNone(arg0) ? Number.MAX_SAFE_INTEGER : (arg0) >>> 0);
    }
    /**
     * The defaults.
     */
    constructor() {
        const ret = wasm.settings_new();
        this.__wbg_ptr = ret;
        SettingsFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * What a neutral colour has in red, green and blue; see [`Options::neutral`].
     * @param {number} red
     * @param {number} green
     * @param {number} blue
     */
    setNeutral(red, green, blue) {
        wasm.settings_setNeutral(this.__wbg_ptr, red, green, blue);
    }
    /**
     * What [`Engine::overview`] gives of that larger image.
     *
     * # Errors
     * `bad-option` for anything else.
     * @param {string} overview
     */
    setOverview(overview) {
        const ptr0 = passStringToWasm0(overview, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.settings_setOverview(this.__wbg_ptr, ptr0, len0);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
    /**
     * The image was cut out of a larger one, from this pixel on.
     * @param {number} row
     * @param {number} column
     */
    setPlace(row, column) {
        wasm.settings_setPlace(this.__wbg_ptr, row, column);
    }
    /**
     * Multiplies the noise's std by a factor for each pixel, row after row.
     * @param {Float32Array | number[]} factors
     */
    setStrengthMap(factors) {
        const ptr0 = passArrayF32ToWasm0(factors, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        wasm.settings_setStrengthMap(this.__wbg_ptr, ptr0, len0);
    }
    /**
     * Multiplies the noise's std by one factor for all pixels.
     * @param {number} factor
     */
    setStrength(factor) {
        wasm.settings_setStrength(this.__wbg_ptr, factor);
    }
}
if (Symbol.dispose) Settings.prototype[Symbol.dispose] = Settings.prototype.free;

/**
 * An image in wasm's memory, which runs share.
 */
export class SharedImage {
    static __wrap(ptr) {
        const obj = Object.create(SharedImage.prototype);
        obj.__wbg_ptr = ptr;
        SharedImageFinalization.register(obj, obj.__wbg_ptr, obj);
        return obj;
    }
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        SharedImageFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_sharedimage_free(ptr, 0);
    }
    /**
     * Pixels down.
     * @returns {number}
     */
    get height() {
        const ret = wasm.sharedimage_height(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * A plane: red, green or blue, or one of a mosaic's four. It is copied out of wasm's memory.
     * @param {number} channel
     * @returns {Float32Array}
     */
    plane(channel) {
        const ret = wasm.sharedimage_plane(this.__wbg_ptr, channel);
        return ret;
    }
    /**
     * Pixels across.
     * @returns {number}
     */
    get width() {
        const ret = wasm.sharedimage_width(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Writes floats, as [`SharedImage::write_u8`] does, unclipped: linear light or sRGB-encoded.
     * @param {number} first
     * @param {Float32Array} data
     * @param {number} stride
     * @param {boolean} linear
     */
    writeF32(first, data, stride, linear) {
        const val2 = +first;
        const val3 = +stride;
        const val4 = +linear;
        var ptr0 = passArrayF32ToWasm0(data, wasm.__wbindgen_malloc);
        var len0 = WASM_VECTOR_LEN;
        wasm.sharedimage_writeF32(this.__wbg_ptr, val2, ptr0, len0, data, val3, val4);
    }
    /**
     * Writes 16-bit sRGB, as [`SharedImage::write_u8`] does.
     * @param {number} first
     * @param {Uint16Array} data
     * @param {number} stride
     */
    writeU16(first, data, stride) {
        const val2 = +first;
        const val3 = +stride;
        var ptr0 = passArray16ToWasm0(data, wasm.__wbindgen_malloc);
        var len0 = WASM_VECTOR_LEN;
        wasm.sharedimage_writeU16(this.__wbg_ptr, val2, ptr0, len0, data, val3);
    }
    /**
     * Writes 8-bit sRGB over the colours in `data`, which holds `stride` values for each pixel, beginning with pixel
     * `first` of the image.
     * @param {number} first
     * @param {Uint8Array} data
     * @param {number} stride
     */
    writeU8(first, data, stride) {
        const val2 = +first;
        const val3 = +stride;
        var ptr0 = passArray8ToWasm0(data, wasm.__wbindgen_malloc);
        var len0 = WASM_VECTOR_LEN;
        wasm.sharedimage_writeU8(this.__wbg_ptr, val2, ptr0, len0, data, val3);
    }
}
if (Symbol.dispose) SharedImage.prototype[Symbol.dispose] = SharedImage.prototype.free;

/**
 * A run in progress.
 */
export class Task {
    static __wrap(ptr) {
        const obj = Object.create(Task.prototype);
        obj.__wbg_ptr = ptr;
        TaskFinalization.register(obj, obj.__wbg_ptr, obj);
        return obj;
    }
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        TaskFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_task_free(ptr, 0);
    }
    /**
     * Denoises the next tile; `undefined` once the run is done.
     *
     * # Errors
     * `device-lost` if the device fails, `device-wrong` if it computes what is not finite; the run can then continue
     * with another engine.
     * @returns {Promise<Progress | undefined>}
     */
    advance() {
        const ret = wasm.task_advance(this.__wbg_ptr);
        return ret;
    }
    /**
     * Continues with another engine, for example when this one's device is lost; see [`Run::continue_on`].
     *
     * # Errors
     * `bad-weights` if the engine has a network of another shape.
     * @param {Engine} engine
     */
    continueOn(engine) {
        _assertClass(engine, Engine);
        const ret = wasm.task_continueOn(this.__wbg_ptr, engine.__wbg_ptr);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
    /**
     * Finishes a tile that was handed out; see [`Run::finish_tile`].
     *
     * # Errors
     * `bad-option`, or `device-wrong` if a predicted value is not finite.
     * @param {number} index
     * @param {Float32Array | number[]} eps
     * @returns {Progress}
     */
    finishTile(index, eps) {
        const val2 = +index;
        const ptr0 = passArrayF32ToWasm0(eps, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.task_finishTile(this.__wbg_ptr, val2, ptr0, len0);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return Progress.__wrap(ret[0]);
    }
    /**
     * The result, once the run is done.
     * @returns {SharedImage}
     */
    finish() {
        const ptr = this.__destroy_into_raw();
        const ret = wasm.task_finish(ptr);
        return SharedImage.__wrap(ret);
    }
    /**
     * The share of the work that is done.
     * @returns {number}
     */
    get fraction() {
        const ret = wasm.task_fraction(this.__wbg_ptr);
        return ret;
    }
    /**
     * Whether all steps are done.
     * @returns {boolean}
     */
    get isDone() {
        const ret = wasm.task_isDone(this.__wbg_ptr);
        return ret !== 0;
    }
    /**
     * What is known of the image, for further runs on it; see [`Engine::overview`].
     * @returns {string}
     */
    overview() {
        let deferred1_0;
        let deferred1_1;
        try {
            const ret = wasm.task_overview(this.__wbg_ptr);
            deferred1_0 = ret[0];
            deferred1_1 = ret[1];
            return getStringFromWasm0(ret[0], ret[1]);
        } finally {
            wasm.__wbindgen_free(deferred1_0, deferred1_1, 1);
        }
    }
    /**
     * The same of a RAW photo's planes, as light: three values a pixel; a mosaic's green is the mean of both greens.
     * @param {number} most
     * @returns {LightPreview}
     */
    previewLight(most) {
        const ret = wasm.task_previewLight(this.__wbg_ptr, most);
        return LightPreview.__wrap(ret);
    }
    /**
     * The image so far, reduced to about `most` pixels by taking every n-th pixel of every n-th row.
     * @param {number} most
     * @returns {Preview}
     */
    preview(most) {
        const ret = wasm.task_preview(this.__wbg_ptr, most);
        return Preview.__wrap(ret);
    }
    /**
     * Takes back a tile that was handed out; see [`Run::return_tile`].
     *
     * # Errors
     * `bad-option` for a tile that is not handed out.
     * @param {number} index
     */
    returnTile(index) {
        const ret = wasm.task_returnTile(this.__wbg_ptr, index);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
    /**
     * Steps in all.
     * @returns {number}
     */
    get steps() {
        const ret = wasm.task_steps(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Hands out the next tile; see [`Run::take_tile`].
     * @returns {Tile | undefined}
     */
    takeTile() {
        const ret = wasm.task_takeTile(this.__wbg_ptr);
        return ret === 0 ? undefined : Tile.__wrap(ret);
    }
    /**
     * Tiles in a step.
     * @returns {number}
     */
    get tiles() {
        const ret = wasm.task_tiles(this.__wbg_ptr);
        return ret >>> 0;
    }
}
if (Symbol.dispose) Task.prototype[Symbol.dispose] = Task.prototype.free;

/**
 * What the network sees of a tile; see [`TileInput`]. Every getter of planes copies them out of wasm's memory.
 */
export class Tile {
    static __wrap(ptr) {
        const obj = Object.create(Tile.prototype);
        obj.__wbg_ptr = ptr;
        TileFinalization.register(obj, obj.__wbg_ptr, obj);
        return obj;
    }
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        TileFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_tile_free(ptr, 0);
    }
    /**
     * The tile's number in the step.
     * @returns {number}
     */
    get index() {
        const ret = wasm.tile_index(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * The second of [`TileInput::photo`].
     * @returns {Float32Array | undefined}
     */
    get sigmaStar() {
        const ret = wasm.tile_sigmaStar(this.__wbg_ptr);
        return ret;
    }
    /**
     * See [`TileInput::sigma_t`].
     * @returns {Float32Array}
     */
    get sigmaT() {
        const ret = wasm.tile_sigmaT(this.__wbg_ptr);
        return ret;
    }
    /**
     * Rows and columns of the planes.
     * @returns {Uint32Array}
     */
    get size() {
        const ret = wasm.tile_size(this.__wbg_ptr);
        var v1 = getArrayU32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * First row and column, rows and columns; see [`TileInput::window`].
     * @returns {Uint32Array}
     */
    get window() {
        const ret = wasm.tile_window(this.__wbg_ptr);
        var v1 = getArrayU32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * See [`TileInput::x`].
     * @returns {Float32Array}
     */
    get x() {
        const ret = wasm.tile_x(this.__wbg_ptr);
        return ret;
    }
    /**
     * The first of [`TileInput::photo`].
     * @returns {Float32Array | undefined}
     */
    get y() {
        const ret = wasm.tile_y(this.__wbg_ptr);
        return ret;
    }
}
if (Symbol.dispose) Tile.prototype[Symbol.dispose] = Tile.prototype.free;

/**
 * Decodes a file; `name` is for errors. The pixels are on sRGB's curve whatever the profile's is; floats, and HDR, are
 * in linear light.
 *
 * # Errors
 * `unsupported-format`, `raw-file`, `unsupported-image`, `too-large`.
 * @param {Uint8Array | number[]} bytes
 * @param {string} name
 * @param {number} limit
 * @returns {DecodedFile}
 */
export function decodeFile(bytes, name, limit) {
    const val3 = +limit;
    let ptr0, len0, ptr1, len1;
    try {
        ptr0 = passArray8ToWasm0(bytes, wasm.__wbindgen_malloc);
        len0 = WASM_VECTOR_LEN;
        ptr1 = passStringToWasm0(name, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        len1 = WASM_VECTOR_LEN;
    } catch (e) {
        if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
        if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
        throw e;
    }
    const ret = wasm.decodeFile(ptr0, len0, ptr1, len1, val3);
    if (ret[2]) {
        throw takeFromExternrefTable0(ret[1]);
    }
    return DecodedFile.__wrap(ret[0]);
}

/**
 * The profile of Display P3, for canvases and cameras that have its colours without a file.
 * @returns {Uint8Array}
 */
export function displayP3Profile() {
    const ret = wasm.displayP3Profile();
    var v1 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
    wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
    return v1;
}

/**
 * The noise in an image: `{ read, shot, curve, points: [{ mean, std }], doubt }`, without a curve if the line fits,
 * and without a doubt if there is none.
 *
 * # Errors
 * Only if JavaScript is out of memory.
 * @param {SharedImage} image
 * @returns {any}
 */
export function estimateNoise(image) {
    _assertClass(image, SharedImage);
    const ret = wasm.estimateNoise(image.__wbg_ptr);
    if (ret[2]) {
        throw takeFromExternrefTable0(ret[1]);
    }
    return takeFromExternrefTable0(ret[0]);
}

/**
 * What encoding into a format leaves out of the metadata, in words.
 *
 * # Errors
 * `bad-option`: a format that is not known.
 * @param {string} format
 * @param {FileMetadata} metadata
 * @returns {string[]}
 */
export function leftOut(format, metadata) {
    _assertClass(metadata, FileMetadata);
    const ptr0 = passStringToWasm0(format, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
    const len0 = WASM_VECTOR_LEN;
    const ret = wasm.leftOut(ptr0, len0, metadata.__wbg_ptr);
    if (ret[3]) {
        throw takeFromExternrefTable0(ret[2]);
    }
    var v2 = getArrayJsValueFromWasm0(ret[0], ret[1]);
    wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
    return v2;
}

/**
 * The noise of a camera at a gain above 0: `{ read, shot }`; see [`NoiseModel::at_gain`].
 *
 * # Errors
 * As [`estimate`].
 * @param {number} gain
 * @returns {any}
 */
export function noiseAtGain(gain) {
    const ret = wasm.noiseAtGain(gain);
    if (ret[2]) {
        throw takeFromExternrefTable0(ret[1]);
    }
    return takeFromExternrefTable0(ret[0]);
}

/**
 * Calls `callback` with the message of any panic.
 *
 * A panic ends wasm without unwinding, so a promise that waits for the panicked code never settles, and the panic
 * would go unnoticed. A WebGPU error on a working device is a panic too.
 * @param {Function} callback
 */
export function onPanic(callback) {
    wasm.onPanic(callback);
}

/**
 * Opens the GPU for all later engines; does nothing if it is open. Must not be called again while a call is pending.
 *
 * # Errors
 * `no-webgpu` if there is none.
 * @returns {Promise<void>}
 */
export function openGpu() {
    const ret = wasm.openGpu();
    return ret;
}

/**
 * Converts RGBA of 8 bits, on sRGB's curve in the primaries of a profile, to sRGB in place, for canvases. A profile
 * that is no more than a curve, or that cannot be read, changes nothing.
 * @param {Uint8Array} data
 * @param {Uint8Array | number[]} profile
 */
export function toSrgb(data, profile) {
    let ptr0, len0, ptr1, len1;
    try {
        ptr0 = passArray8ToWasm0(data, wasm.__wbindgen_malloc);
        len0 = WASM_VECTOR_LEN;
        ptr1 = passArray8ToWasm0(profile, wasm.__wbindgen_malloc);
        len1 = WASM_VECTOR_LEN;
    } catch (e) {
        if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
        if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
        throw e;
    }
    wasm.toSrgb(ptr0, len0, data, ptr1, len1);
}
function __wbg_get_imports() {
    const import0 = {
        __proto__: null,
        __wbg_Error_208446807d0d1e30: function(arg0, arg1) {
            const ret = Error(getStringFromWasm0(arg0, arg1));
            return ret;
        },
        __wbg_Window_2805651c516cb7aa: function(arg0) {
            const ret = arg0.Window;
            return ret;
        },
        __wbg_WorkerGlobalScope_174390815d0a4893: function(arg0) {
            const ret = arg0.WorkerGlobalScope;
            return ret;
        },
        __wbg___wbindgen_copy_to_typed_array_680b191e71920dc1: function(arg0, arg1, arg2) {
            new Uint8Array(arg2.buffer, arg2.byteOffset, arg2.byteLength).set(getArrayU8FromWasm0(arg0, arg1));
        },
        __wbg___wbindgen_debug_string_f249a2a76caa9a55: function(arg0, arg1) {
            const ret = debugString(arg1);
            const ptr1 = passStringToWasm0(ret, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            const len1 = WASM_VECTOR_LEN;
            getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 1, len1, true);
            getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 0, ptr1, true);
        },
        __wbg___wbindgen_is_function_741ff2bb612836f5: function(arg0) {
            const ret = typeof(arg0) === 'function';
            return ret;
        },
        __wbg___wbindgen_is_null_c22311b1cc228e3a: function(arg0) {
            const ret = arg0 === null;
            return ret;
        },
        __wbg___wbindgen_is_string_fc456fee5d3317de: function(arg0) {
            const ret = typeof(arg0) === 'string';
            return ret;
        },
        __wbg___wbindgen_is_undefined_be5b34249ff1fc15: function(arg0) {
            const ret = arg0 === undefined;
            return ret;
        },
        __wbg___wbindgen_string_get_7ce8eee7fd327545: function(arg0, arg1) {
            const obj = arg1;
            const ret = typeof(obj) === 'string' ? obj : undefined;
            var ptr1 = isLikeNone(ret) ? 0 : passStringToWasm0(ret, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            var len1 = WASM_VECTOR_LEN;
            getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 1, len1, true);
            getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 0, ptr1, true);
        },
        __wbg___wbindgen_throw_4c88d8bf264fd984: function(arg0, arg1) {
            throw new Error(getStringFromWasm0(arg0, arg1));
        },
        __wbg__wbg_cb_unref_09736879a3f67559: function(arg0) {
            arg0._wbg_cb_unref();
        },
        __wbg_beginComputePass_b9a325184985e6ff: function(arg0, arg1) {
            const ret = arg0.beginComputePass(arg1);
            return ret;
        },
        __wbg_call_a410eb4b59ed5965: function() { return handleError(function (arg0, arg1, arg2) {
            const ret = arg0.call(arg1, arg2);
            return ret;
        }, arguments); },
        __wbg_configure_8e04ab1a867d31e1: function() { return handleError(function (arg0, arg1) {
            arg0.configure(arg1);
        }, arguments); },
        __wbg_copyBufferToBuffer_0c93ff5b22a585e9: function() { return handleError(function (arg0, arg1, arg2, arg3, arg4, arg5) {
            arg0.copyBufferToBuffer(arg1, arg2, arg3, arg4, arg5);
        }, arguments); },
        __wbg_createBindGroupLayout_5699617270d84042: function() { return handleError(function (arg0, arg1) {
            const ret = arg0.createBindGroupLayout(arg1);
            return ret;
        }, arguments); },
        __wbg_createBindGroup_f539b26ca341308f: function(arg0, arg1) {
            const ret = arg0.createBindGroup(arg1);
            return ret;
        },
        __wbg_createBuffer_b8c5b520d2c822b8: function() { return handleError(function (arg0, arg1) {
            const ret = arg0.createBuffer(arg1);
            return ret;
        }, arguments); },
        __wbg_createCommandEncoder_3352d1ffc36c6fc0: function(arg0, arg1) {
            const ret = arg0.createCommandEncoder(arg1);
            return ret;
        },
        __wbg_createComputePipeline_224fa2618d9948a0: function(arg0, arg1) {
            const ret = arg0.createComputePipeline(arg1);
            return ret;
        },
        __wbg_createPipelineLayout_6eab52c327118937: function(arg0, arg1) {
            const ret = arg0.createPipelineLayout(arg1);
            return ret;
        },
        __wbg_createQuerySet_4a3a1eb942cab7ca: function() { return handleError(function (arg0, arg1) {
            const ret = arg0.createQuerySet(arg1);
            return ret;
        }, arguments); },
        __wbg_createShaderModule_cefa51336cb288ae: function(arg0, arg1) {
            const ret = arg0.createShaderModule(arg1);
            return ret;
        },
        __wbg_description_7a568e202a00293f: function(arg0, arg1) {
            const ret = arg1.description;
            const ptr1 = passStringToWasm0(ret, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            const len1 = WASM_VECTOR_LEN;
            getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 1, len1, true);
            getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 0, ptr1, true);
        },
        __wbg_dispatchWorkgroupsIndirect_efe17f2da3a39a3f: function(arg0, arg1, arg2) {
            arg0.dispatchWorkgroupsIndirect(arg1, arg2);
        },
        __wbg_dispatchWorkgroups_56b943172790add0: function(arg0, arg1, arg2, arg3) {
            arg0.dispatchWorkgroups(arg1 >>> 0, arg2 >>> 0, arg3 >>> 0);
        },
        __wbg_end_82fd0c12ba185009: function(arg0) {
            arg0.end();
        },
        __wbg_error_4e2c22b7e3952509: function(arg0) {
            const ret = arg0.error;
            return ret;
        },
        __wbg_error_757e9472f8410341: function(arg0, arg1) {
            let deferred0_0;
            let deferred0_1;
            try {
                deferred0_0 = arg0;
                deferred0_1 = arg1;
                console.error(getStringFromWasm0(arg0, arg1));
            } finally {
                wasm.__wbindgen_free(deferred0_0, deferred0_1, 1);
            }
        },
        __wbg_features_d5d767fa7757f783: function(arg0) {
            const ret = arg0.features;
            return ret;
        },
        __wbg_finish_09ec094c10f41e7b: function(arg0) {
            const ret = arg0.finish();
            return ret;
        },
        __wbg_finish_ec1c191f66a895b1: function(arg0, arg1) {
            const ret = arg0.finish(arg1);
            return ret;
        },
        __wbg_getBindGroupLayout_349f9101ad6d4d76: function(arg0, arg1) {
            const ret = arg0.getBindGroupLayout(arg1 >>> 0);
            return ret;
        },
        __wbg_getContext_1938edb9a972f63d: function() { return handleError(function (arg0, arg1, arg2) {
            const ret = arg0.getContext(getStringFromWasm0(arg1, arg2));
            return isLikeNone(ret) ? 0 : addToExternrefTable0(ret);
        }, arguments); },
        __wbg_getMappedRange_28e816a763520e01: function() { return handleError(function (arg0, arg1, arg2) {
            const ret = arg0.getMappedRange(arg1, arg2);
            return ret;
        }, arguments); },
        __wbg_getRandomValues_8b6f1f663e6f188d: function() { return handleError(function (arg0, arg1) {
            globalThis.crypto.getRandomValues(getArrayU8FromWasm0(arg0, arg1));
        }, arguments); },
        __wbg_gpu_514705c6dd1f0dab: function(arg0) {
            const ret = arg0.gpu;
            return ret;
        },
        __wbg_has_eafa12e457ea88fb: function(arg0, arg1, arg2) {
            const ret = arg0.has(getStringFromWasm0(arg1, arg2));
            return ret;
        },
        __wbg_info_8554cb7af37427b6: function(arg0) {
            const ret = arg0.info;
            return ret;
        },
        __wbg_instanceof_GpuOutOfMemoryError_7126123117d274a4: function(arg0) {
            let result;
            try {
                result = arg0 instanceof GPUOutOfMemoryError;
            } catch (_) {
                result = false;
            }
            const ret = result;
            return ret;
        },
        __wbg_instanceof_GpuValidationError_f18d09609dc737d7: function(arg0) {
            let result;
            try {
                result = arg0 instanceof GPUValidationError;
            } catch (_) {
                result = false;
            }
            const ret = result;
            return ret;
        },
        __wbg_isFallbackAdapter_6a4fa7356d18310b: function(arg0) {
            const ret = arg0.isFallbackAdapter;
            return ret;
        },
        __wbg_label_fceb40a43a358e62: function(arg0, arg1) {
            const ret = arg1.label;
            const ptr1 = passStringToWasm0(ret, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            const len1 = WASM_VECTOR_LEN;
            getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 1, len1, true);
            getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 0, ptr1, true);
        },
        __wbg_length_186163212ffe79c3: function(arg0) {
            const ret = arg0.length;
            return ret;
        },
        __wbg_limits_4e444eb8c2e61c45: function(arg0) {
            const ret = arg0.limits;
            return ret;
        },
        __wbg_limits_98515cc885d709ef: function(arg0) {
            const ret = arg0.limits;
            return ret;
        },
        __wbg_lost_25273dba897db03c: function(arg0) {
            const ret = arg0.lost;
            return ret;
        },
        __wbg_mapAsync_b0597127f5037286: function(arg0, arg1, arg2, arg3) {
            const ret = arg0.mapAsync(arg1 >>> 0, arg2, arg3);
            return ret;
        },
        __wbg_maxBindGroupsPlusVertexBuffers_1face4afb5363937: function(arg0) {
            const ret = arg0.maxBindGroupsPlusVertexBuffers;
            return ret;
        },
        __wbg_maxBindGroups_a0b7e55762f095b9: function(arg0) {
            const ret = arg0.maxBindGroups;
            return ret;
        },
        __wbg_maxBindingsPerBindGroup_ec9067be38d6ec72: function(arg0) {
            const ret = arg0.maxBindingsPerBindGroup;
            return ret;
        },
        __wbg_maxBufferSize_a9ce15e541c64cd2: function(arg0) {
            const ret = arg0.maxBufferSize;
            return ret;
        },
        __wbg_maxColorAttachmentBytesPerSample_44089e129e1a2a1d: function(arg0) {
            const ret = arg0.maxColorAttachmentBytesPerSample;
            return ret;
        },
        __wbg_maxColorAttachments_6bd8156394ba618c: function(arg0) {
            const ret = arg0.maxColorAttachments;
            return ret;
        },
        __wbg_maxComputeInvocationsPerWorkgroup_7b086f15ef868934: function(arg0) {
            const ret = arg0.maxComputeInvocationsPerWorkgroup;
            return ret;
        },
        __wbg_maxComputeWorkgroupSizeX_8bbe505e0ac8dc18: function(arg0) {
            const ret = arg0.maxComputeWorkgroupSizeX;
            return ret;
        },
        __wbg_maxComputeWorkgroupSizeY_7228ed3935eecc31: function(arg0) {
            const ret = arg0.maxComputeWorkgroupSizeY;
            return ret;
        },
        __wbg_maxComputeWorkgroupSizeZ_6092b56a967f6f8d: function(arg0) {
            const ret = arg0.maxComputeWorkgroupSizeZ;
            return ret;
        },
        __wbg_maxComputeWorkgroupStorageSize_4773e3bd3936df36: function(arg0) {
            const ret = arg0.maxComputeWorkgroupStorageSize;
            return ret;
        },
        __wbg_maxComputeWorkgroupsPerDimension_79222bf8e8a90fbd: function(arg0) {
            const ret = arg0.maxComputeWorkgroupsPerDimension;
            return ret;
        },
        __wbg_maxDynamicStorageBuffersPerPipelineLayout_3ab5762b1b2c7fc2: function(arg0) {
            const ret = arg0.maxDynamicStorageBuffersPerPipelineLayout;
            return ret;
        },
        __wbg_maxDynamicUniformBuffersPerPipelineLayout_722da31d0de1c256: function(arg0) {
            const ret = arg0.maxDynamicUniformBuffersPerPipelineLayout;
            return ret;
        },
        __wbg_maxInterStageShaderVariables_821096d4b3020715: function(arg0) {
            const ret = arg0.maxInterStageShaderVariables;
            return ret;
        },
        __wbg_maxSampledTexturesPerShaderStage_c6aea9e05c0a02ca: function(arg0) {
            const ret = arg0.maxSampledTexturesPerShaderStage;
            return ret;
        },
        __wbg_maxSamplersPerShaderStage_3aa30f6c002d3a99: function(arg0) {
            const ret = arg0.maxSamplersPerShaderStage;
            return ret;
        },
        __wbg_maxStorageBufferBindingSize_84a2c2433627fca2: function(arg0) {
            const ret = arg0.maxStorageBufferBindingSize;
            return ret;
        },
        __wbg_maxStorageBuffersPerShaderStage_25b96748df28dc20: function(arg0) {
            const ret = arg0.maxStorageBuffersPerShaderStage;
            return ret;
        },
        __wbg_maxStorageTexturesPerShaderStage_53ed734f26e6c1ad: function(arg0) {
            const ret = arg0.maxStorageTexturesPerShaderStage;
            return ret;
        },
        __wbg_maxTextureArrayLayers_9ec487f1ce102992: function(arg0) {
            const ret = arg0.maxTextureArrayLayers;
            return ret;
        },
        __wbg_maxTextureDimension1D_faef91b2e9fa6740: function(arg0) {
            const ret = arg0.maxTextureDimension1D;
            return ret;
        },
        __wbg_maxTextureDimension2D_3a923eb2df4d9124: function(arg0) {
            const ret = arg0.maxTextureDimension2D;
            return ret;
        },
        __wbg_maxTextureDimension3D_943321fe5945464e: function(arg0) {
            const ret = arg0.maxTextureDimension3D;
            return ret;
        },
        __wbg_maxUniformBufferBindingSize_21e89ff761d576db: function(arg0) {
            const ret = arg0.maxUniformBufferBindingSize;
            return ret;
        },
        __wbg_maxUniformBuffersPerShaderStage_19a0bfb0189f7254: function(arg0) {
            const ret = arg0.maxUniformBuffersPerShaderStage;
            return ret;
        },
        __wbg_maxVertexAttributes_49aef6c51d07a280: function(arg0) {
            const ret = arg0.maxVertexAttributes;
            return ret;
        },
        __wbg_maxVertexBufferArrayStride_f68c4029e6f047ec: function(arg0) {
            const ret = arg0.maxVertexBufferArrayStride;
            return ret;
        },
        __wbg_maxVertexBuffers_ce9f15a623f9aac7: function(arg0) {
            const ret = arg0.maxVertexBuffers;
            return ret;
        },
        __wbg_message_408f555d03641e84: function(arg0, arg1) {
            const ret = arg1.message;
            const ptr1 = passStringToWasm0(ret, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            const len1 = WASM_VECTOR_LEN;
            getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 1, len1, true);
            getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 0, ptr1, true);
        },
        __wbg_message_5223ba7df7256eac: function(arg0, arg1) {
            const ret = arg1.message;
            const ptr1 = passStringToWasm0(ret, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            const len1 = WASM_VECTOR_LEN;
            getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 1, len1, true);
            getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 0, ptr1, true);
        },
        __wbg_minStorageBufferOffsetAlignment_529f1f52e61188fc: function(arg0) {
            const ret = arg0.minStorageBufferOffsetAlignment;
            return ret;
        },
        __wbg_minUniformBufferOffsetAlignment_519e26287e1996a3: function(arg0) {
            const ret = arg0.minUniformBufferOffsetAlignment;
            return ret;
        },
        __wbg_navigator_9641ab32fa612dd1: function(arg0) {
            const ret = arg0.navigator;
            return ret;
        },
        __wbg_navigator_c17f443a6fe5d38d: function(arg0) {
            const ret = arg0.navigator;
            return ret;
        },
        __wbg_new_2bfd0f45e60518b1: function() { return handleError(function (arg0, arg1) {
            const ret = new OffscreenCanvas(arg0 >>> 0, arg1 >>> 0);
            return ret;
        }, arguments); },
        __wbg_new_787b9fb330d55d78: function(arg0, arg1) {
            const ret = new Error(getStringFromWasm0(arg0, arg1));
            return ret;
        },
        __wbg_new_bb74001155cb8ca8: function() {
            const ret = new Error();
            return ret;
        },
        __wbg_new_cd4348290afae586: function() {
            const ret = new Object();
            return ret;
        },
        __wbg_new_from_slice_355c10c5d8f2addb: function(arg0, arg1) {
            const ret = new Float32Array(getArrayF32FromWasm0(arg0, arg1));
            return ret;
        },
        __wbg_new_typed_6b60b99917da27d6: function() {
            const ret = new Object();
            return ret;
        },
        __wbg_new_typed_e09da9dae6ee5935: function(arg0, arg1) {
            try {
                var state0 = {a: arg0, b: arg1};
                var cb0 = (arg0, arg1) => {
                    const a = state0.a;
                    state0.a = 0;
                    try {
                        return wasm_bindgen__convert__closures_____invoke__hb8e6b0c33a83ed58(a, state0.b, arg0, arg1);
                    } finally {
                        state0.a = a;
                    }
                };
                const ret = new Promise(cb0);
                return ret;
            } finally {
                state0.a = 0;
            }
        },
        __wbg_new_with_byte_offset_and_length_3cd32055a417f095: function(arg0, arg1, arg2) {
            const ret = new Uint8Array(arg0, arg1 >>> 0, arg2 >>> 0);
            return ret;
        },
        __wbg_now_e7c6795a7f81e10f: function(arg0) {
            const ret = arg0.now();
            return ret;
        },
        __wbg_onSubmittedWorkDone_1190213cee1ecf7e: function(arg0) {
            const ret = arg0.onSubmittedWorkDone();
            return ret;
        },
        __wbg_parse_c3f72b5a24f83c01: function() { return handleError(function (arg0, arg1) {
            const ret = JSON.parse(getStringFromWasm0(arg0, arg1));
            return ret;
        }, arguments); },
        __wbg_performance_7e4e4494fdc9d07a: function(arg0) {
            const ret = arg0.performance;
            return ret;
        },
        __wbg_popErrorScope_182b8e03671d81ef: function(arg0) {
            const ret = arg0.popErrorScope();
            return ret;
        },
        __wbg_progress_new: function(arg0) {
            const ret = Progress.__wrap(arg0);
            return ret;
        },
        __wbg_prototypesetcall_13162965d1fe7aa3: function(arg0, arg1, arg2) {
            Uint8Array.prototype.set.call(getArrayU8FromWasm0(arg0, arg1), arg2);
        },
        __wbg_pushErrorScope_fa7df784c43bdb51: function(arg0, arg1) {
            arg0.pushErrorScope(__wbindgen_enum_GpuErrorFilter[arg1]);
        },
        __wbg_queueMicrotask_1e8503a8a690f0a3: function(arg0) {
            const ret = arg0.queueMicrotask;
            return ret;
        },
        __wbg_queueMicrotask_4a1a4d8dd332373b: function(arg0) {
            queueMicrotask(arg0);
        },
        __wbg_queue_e250e2ebc49b39e0: function(arg0) {
            const ret = arg0.queue;
            return ret;
        },
        __wbg_reason_53e762e714b67b72: function(arg0) {
            const ret = arg0.reason;
            return (__wbindgen_enum_GpuDeviceLostReason.indexOf(ret) + 1 || 3) - 1;
        },
        __wbg_requestAdapter_a539af006419f2e9: function(arg0, arg1) {
            const ret = arg0.requestAdapter(arg1);
            return ret;
        },
        __wbg_requestDevice_5cb8a582e55d08cb: function(arg0, arg1) {
            const ret = arg0.requestDevice(arg1);
            return ret;
        },
        __wbg_resolveQuerySet_770f23fabac49845: function(arg0, arg1, arg2, arg3, arg4, arg5) {
            arg0.resolveQuerySet(arg1, arg2 >>> 0, arg3 >>> 0, arg4, arg5 >>> 0);
        },
        __wbg_resolve_dbf78ab4942478b0: function(arg0) {
            const ret = Promise.resolve(arg0);
            return ret;
        },
        __wbg_setBindGroup_c83391351ce68826: function(arg0, arg1, arg2) {
            arg0.setBindGroup(arg1 >>> 0, arg2);
        },
        __wbg_setPipeline_5146f7b8d2b4af5c: function(arg0, arg1) {
            arg0.setPipeline(arg1);
        },
        __wbg_set_118fefd528ab0a79: function(arg0, arg1, arg2) {
            arg0.set(arg1, arg2 >>> 0);
        },
        __wbg_set_2793479888329cb6: function() { return handleError(function (arg0, arg1, arg2) {
            const ret = Reflect.set(arg0, arg1, arg2);
            return ret;
        }, arguments); },
        __wbg_set_access_b0a6fbebfbe53242: function(arg0, arg1) {
            arg0.access = __wbindgen_enum_GpuStorageTextureAccess[arg1];
        },
        __wbg_set_beginning_of_pass_write_index_c49071ff9c074e31: function(arg0, arg1) {
            arg0.beginningOfPassWriteIndex = arg1 >>> 0;
        },
        __wbg_set_bind_group_layouts_383f681565a30d8a: function(arg0, arg1, arg2) {
            arg0.bindGroupLayouts = getArrayJsValueViewFromWasm0(arg1, arg2);
        },
        __wbg_set_binding_bd7d6b01bb08823a: function(arg0, arg1) {
            arg0.binding = arg1 >>> 0;
        },
        __wbg_set_binding_dbed4a234264971a: function(arg0, arg1) {
            arg0.binding = arg1 >>> 0;
        },
        __wbg_set_buffer_76841cdbff393f1d: function(arg0, arg1) {
            arg0.buffer = arg1;
        },
        __wbg_set_buffer_91f4e8e05066c37a: function(arg0, arg1) {
            arg0.buffer = arg1;
        },
        __wbg_set_code_130aebc49c4cadd3: function(arg0, arg1, arg2) {
            arg0.code = getStringFromWasm0(arg1, arg2);
        },
        __wbg_set_compute_800b1231f347606b: function(arg0, arg1) {
            arg0.compute = arg1;
        },
        __wbg_set_count_dc87e26bec5f6dc3: function(arg0, arg1) {
            arg0.count = arg1 >>> 0;
        },
        __wbg_set_device_1940fd5f9e2a7fee: function(arg0, arg1) {
            arg0.device = arg1;
        },
        __wbg_set_end_of_pass_write_index_891ac71cf6a560c5: function(arg0, arg1) {
            arg0.endOfPassWriteIndex = arg1 >>> 0;
        },
        __wbg_set_entries_552f52b2aa3b346d: function(arg0, arg1, arg2) {
            arg0.entries = getArrayJsValueViewFromWasm0(arg1, arg2);
        },
        __wbg_set_entries_d9929dbfa2aaa9a7: function(arg0, arg1, arg2) {
            arg0.entries = getArrayJsValueViewFromWasm0(arg1, arg2);
        },
        __wbg_set_entry_point_6c86140cb6e5243a: function(arg0, arg1, arg2) {
            arg0.entryPoint = getStringFromWasm0(arg1, arg2);
        },
        __wbg_set_external_texture_1bef5ba626275d0a: function(arg0, arg1) {
            arg0.externalTexture = arg1;
        },
        __wbg_set_format_46b1c6b3acc10b24: function(arg0, arg1) {
            arg0.format = __wbindgen_enum_GpuTextureFormat[arg1];
        },
        __wbg_set_format_fd579d96fa4e468c: function(arg0, arg1) {
            arg0.format = __wbindgen_enum_GpuTextureFormat[arg1];
        },
        __wbg_set_has_dynamic_offset_6e5f3385eb579529: function(arg0, arg1) {
            arg0.hasDynamicOffset = arg1 !== 0;
        },
        __wbg_set_label_08745022b1ec7b66: function(arg0, arg1, arg2) {
            arg0.label = getStringFromWasm0(arg1, arg2);
        },
        __wbg_set_label_22e3966c8d513ba6: function(arg0, arg1, arg2) {
            arg0.label = getStringFromWasm0(arg1, arg2);
        },
        __wbg_set_label_5347fc976d15e94c: function(arg0, arg1, arg2) {
            arg0.label = getStringFromWasm0(arg1, arg2);
        },
        __wbg_set_label_644bc1b32c7917b0: function(arg0, arg1, arg2) {
            arg0.label = getStringFromWasm0(arg1, arg2);
        },
        __wbg_set_label_73c99dab6708c962: function(arg0, arg1, arg2) {
            arg0.label = getStringFromWasm0(arg1, arg2);
        },
        __wbg_set_label_89d2ffaf598df6a4: function(arg0, arg1, arg2) {
            arg0.label = getStringFromWasm0(arg1, arg2);
        },
        __wbg_set_label_a7095396911c5801: function(arg0, arg1, arg2) {
            arg0.label = getStringFromWasm0(arg1, arg2);
        },
        __wbg_set_label_cba03ffef7ae90a3: function(arg0, arg1, arg2) {
            arg0.label = getStringFromWasm0(arg1, arg2);
        },
        __wbg_set_label_d0d693a97f5be626: function(arg0, arg1, arg2) {
            arg0.label = getStringFromWasm0(arg1, arg2);
        },
        __wbg_set_layout_200fc3b143da0a9e: function(arg0, arg1) {
            arg0.layout = arg1;
        },
        __wbg_set_layout_599d761209e4b03f: function(arg0, arg1) {
            arg0.layout = arg1;
        },
        __wbg_set_layout_gpu_auto_layout_mode_eb40dfd1eca5b9d3: function(arg0, arg1) {
            arg0.layout = __wbindgen_enum_GpuAutoLayoutMode[arg1];
        },
        __wbg_set_mapped_at_creation_8af5b87ccb898bbe: function(arg0, arg1) {
            arg0.mappedAtCreation = arg1 !== 0;
        },
        __wbg_set_min_binding_size_f64_c6d68d773b7051d3: function(arg0, arg1) {
            arg0.minBindingSize = arg1;
        },
        __wbg_set_module_05c14f520e88acaa: function(arg0, arg1) {
            arg0.module = arg1;
        },
        __wbg_set_multisampled_ae3f9f01a324f57c: function(arg0, arg1) {
            arg0.multisampled = arg1 !== 0;
        },
        __wbg_set_offset_f64_9374d9e912985773: function(arg0, arg1) {
            arg0.offset = arg1;
        },
        __wbg_set_onuncapturederror_19ad0d0daa325d10: function(arg0, arg1) {
            arg0.onuncapturederror = arg1;
        },
        __wbg_set_power_preference_6bc1d2697a0e7374: function(arg0, arg1) {
            arg0.powerPreference = __wbindgen_enum_GpuPowerPreference[arg1];
        },
        __wbg_set_query_set_6acda8912691b8d6: function(arg0, arg1) {
            arg0.querySet = arg1;
        },
        __wbg_set_required_features_5bda1420e19461b2: function(arg0, arg1, arg2) {
            arg0.requiredFeatures = getArrayJsValueViewFromWasm0(arg1, arg2);
        },
        __wbg_set_required_limits_e78b923d73f9b596: function(arg0, arg1) {
            arg0.requiredLimits = arg1;
        },
        __wbg_set_resource_0f960a4279e7e400: function(arg0, arg1) {
            arg0.resource = arg1;
        },
        __wbg_set_resource_gpu_buffer_binding_53a2189a77dd38be: function(arg0, arg1) {
            arg0.resource = arg1;
        },
        __wbg_set_resource_gpu_texture_view_9153a2356b958667: function(arg0, arg1) {
            arg0.resource = arg1;
        },
        __wbg_set_sample_type_563589178fc892fe: function(arg0, arg1) {
            arg0.sampleType = __wbindgen_enum_GpuTextureSampleType[arg1];
        },
        __wbg_set_sampler_ccdca76ef8e642ca: function(arg0, arg1) {
            arg0.sampler = arg1;
        },
        __wbg_set_size_f64_3ff72c0d736c42a1: function(arg0, arg1) {
            arg0.size = arg1;
        },
        __wbg_set_size_f64_9b65e4916b2eb111: function(arg0, arg1) {
            arg0.size = arg1;
        },
        __wbg_set_storage_texture_b9e95e260c9d49a3: function(arg0, arg1) {
            arg0.storageTexture = arg1;
        },
        __wbg_set_texture_84a5f84f0f451291: function(arg0, arg1) {
            arg0.texture = arg1;
        },
        __wbg_set_timestamp_writes_78a9445dbac5c902: function(arg0, arg1) {
            arg0.timestampWrites = arg1;
        },
        __wbg_set_type_813f0d8c7822259c: function(arg0, arg1) {
            arg0.type = __wbindgen_enum_GpuQueryType[arg1];
        },
        __wbg_set_type_ac87cc570da17000: function(arg0, arg1) {
            arg0.type = __wbindgen_enum_GpuBufferBindingType[arg1];
        },
        __wbg_set_type_f3d1ad35dc7889f9: function(arg0, arg1) {
            arg0.type = __wbindgen_enum_GpuSamplerBindingType[arg1];
        },
        __wbg_set_usage_bac3cabe90090275: function(arg0, arg1) {
            arg0.usage = arg1 >>> 0;
        },
        __wbg_set_view_dimension_e9e9cd07d7ad686d: function(arg0, arg1) {
            arg0.viewDimension = __wbindgen_enum_GpuTextureViewDimension[arg1];
        },
        __wbg_set_view_dimension_eb197c35c45e572c: function(arg0, arg1) {
            arg0.viewDimension = __wbindgen_enum_GpuTextureViewDimension[arg1];
        },
        __wbg_set_visibility_65413465e7b24eb6: function(arg0, arg1) {
            arg0.visibility = arg1 >>> 0;
        },
        __wbg_size_07cba13a82cfea3d: function(arg0) {
            const ret = arg0.size;
            return ret;
        },
        __wbg_stack_575c4e0918581b9c: function(arg0, arg1) {
            const ret = arg1.stack;
            const ptr1 = passStringToWasm0(ret, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            const len1 = WASM_VECTOR_LEN;
            getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 1, len1, true);
            getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 0, ptr1, true);
        },
        __wbg_static_accessor_GLOBAL_THIS_003ee833af9699fc: function() {
            const ret = typeof globalThis === 'undefined' ? undefined : globalThis;
            return isLikeNone(ret) ? 0 : addToExternrefTable0(ret);
        },
        __wbg_static_accessor_GLOBAL_e4293fb22cbe77da: function() {
            const ret = typeof global === 'undefined' ? undefined : global;
            return isLikeNone(ret) ? 0 : addToExternrefTable0(ret);
        },
        __wbg_static_accessor_SELF_53bb20457401453d: function() {
            const ret = typeof self === 'undefined' ? undefined : self;
            return isLikeNone(ret) ? 0 : addToExternrefTable0(ret);
        },
        __wbg_static_accessor_WINDOW_b5e0810bfecb7feb: function() {
            const ret = typeof window === 'undefined' ? undefined : window;
            return isLikeNone(ret) ? 0 : addToExternrefTable0(ret);
        },
        __wbg_subgroupMaxSize_3586e822dc3603f6: function(arg0) {
            const ret = arg0.subgroupMaxSize;
            return ret;
        },
        __wbg_subgroupMinSize_17f758985cdd1dab: function(arg0) {
            const ret = arg0.subgroupMinSize;
            return ret;
        },
        __wbg_submit_077c85cc28e36892: function(arg0, arg1, arg2) {
            arg0.submit(getArrayJsValueViewFromWasm0(arg1, arg2));
        },
        __wbg_then_3a4f899454bcf8c9: function(arg0, arg1) {
            const ret = arg0.then(arg1);
            return ret;
        },
        __wbg_then_656f253a5dd7d8ea: function(arg0, arg1, arg2) {
            const ret = arg0.then(arg1, arg2);
            return ret;
        },
        __wbg_then_e3f7f2d365708be8: function(arg0, arg1) {
            const ret = arg0.then(arg1);
            return ret;
        },
        __wbg_unconfigure_835307f58dc68d80: function(arg0) {
            arg0.unconfigure();
        },
        __wbg_unmap_6a96b14c9ef5f7f5: function(arg0) {
            arg0.unmap();
        },
        __wbg_usage_55199e9752f988c1: function(arg0) {
            const ret = arg0.usage;
            return ret;
        },
        __wbg_valueOf_2ad4a09774ac959e: function(arg0) {
            const ret = arg0.valueOf();
            return ret;
        },
        __wbg_writeBuffer_d7640e64ceb69371: function() { return handleError(function (arg0, arg1, arg2, arg3, arg4, arg5, arg6) {
            arg0.writeBuffer(arg1, arg2, getArrayU8FromWasm0(arg3, arg4), arg5, arg6);
        }, arguments); },
        __wbindgen_generic_0000000000000001: function(arg0, arg1) {
            // Cast intrinsic for `Closure(Closure { owned: true, function: Function { arguments: [Externref], shim_idx: 3158, ret: Result(Unit), inner_ret: Some(Result(Unit)) }, mutable: true }) -> Externref`.
            const ret = makeMutClosure(arg0, arg1, wasm_bindgen__convert__closures_____invoke__h197756f2a95af99f);
            return ret;
        },
        __wbindgen_generic_0000000000000002: function(arg0, arg1) {
            // Cast intrinsic for `Closure(Closure { owned: true, function: Function { arguments: [NamedExternref("GPUDevice")], shim_idx: 3158, ret: Result(Unit), inner_ret: Some(Result(Unit)) }, mutable: true }) -> Externref`.
            const ret = makeMutClosure(arg0, arg1, wasm_bindgen__convert__closures_____invoke__h197756f2a95af99f_123);
            return ret;
        },
        __wbindgen_generic_0000000000000003: function(arg0, arg1) {
            // Cast intrinsic for `Closure(Closure { owned: true, function: Function { arguments: [NamedExternref("GPUDeviceLostInfo")], shim_idx: 1887, ret: Unit, inner_ret: Some(Unit) }, mutable: true }) -> Externref`.
            const ret = makeMutClosure(arg0, arg1, wasm_bindgen__convert__closures_____invoke__h344f577687e7afb1);
            return ret;
        },
        __wbindgen_generic_0000000000000004: function(arg0, arg1) {
            // Cast intrinsic for `Closure(Closure { owned: true, function: Function { arguments: [NamedExternref("GPUUncapturedErrorEvent")], shim_idx: 1887, ret: Unit, inner_ret: Some(Unit) }, mutable: true }) -> Externref`.
            const ret = makeMutClosure(arg0, arg1, wasm_bindgen__convert__closures_____invoke__h344f577687e7afb1_125);
            return ret;
        },
        __wbindgen_generic_0000000000000005: function(arg0, arg1) {
            // Cast intrinsic for `Closure(Closure { owned: true, function: Function { arguments: [NamedExternref("any")], shim_idx: 3158, ret: Result(Unit), inner_ret: Some(Result(Unit)) }, mutable: true }) -> Externref`.
            const ret = makeMutClosure(arg0, arg1, wasm_bindgen__convert__closures_____invoke__h197756f2a95af99f_126);
            return ret;
        },
        __wbindgen_generic_0000000000000006: function(arg0, arg1) {
            // Cast intrinsic for `Closure(Closure { owned: true, function: Function { arguments: [NamedExternref("undefined")], shim_idx: 3158, ret: Result(Unit), inner_ret: Some(Result(Unit)) }, mutable: true }) -> Externref`.
            const ret = makeMutClosure(arg0, arg1, wasm_bindgen__convert__closures_____invoke__h197756f2a95af99f_127);
            return ret;
        },
        __wbindgen_generic_0000000000000007: function(arg0) {
            // Cast intrinsic for `F64 -> Externref`.
            const ret = arg0;
            return ret;
        },
        __wbindgen_generic_0000000000000008: function(arg0, arg1) {
            // Cast intrinsic for `Ref(Slice(U8)) -> NamedExternref("Uint8Array")`.
            const ret = getArrayU8FromWasm0(arg0, arg1);
            return ret;
        },
        __wbindgen_generic_0000000000000009: function(arg0, arg1) {
            // Cast intrinsic for `Ref(String) -> Externref`.
            const ret = getStringFromWasm0(arg0, arg1);
            return ret;
        },
        __wbindgen_generic_000000000000000a: function(arg0, arg1) {
            var v0 = getArrayF32FromWasm0(arg0, arg1).slice();
            wasm.__wbindgen_free(arg0, arg1 * 4, 4);
            // Cast intrinsic for `Vector(F32) -> Externref`.
            const ret = v0;
            return ret;
        },
        __wbindgen_init_externref_table: function() {
            const table = wasm.__wbindgen_externrefs;
            table.set(0, undefined);
            table.set(1024, undefined);
            table.set(1025, null);
            table.set(1026, true);
            table.set(1027, false);
        },
    };
    return {
        __proto__: null,
        "./svnr_wasm_bg.js": import0,
    };
}

function wasm_bindgen__convert__closures_____invoke__h344f577687e7afb1(arg0, arg1, arg2) {
    wasm.wasm_bindgen__convert__closures_____invoke__h344f577687e7afb1(arg0, arg1, arg2);
}

function wasm_bindgen__convert__closures_____invoke__h344f577687e7afb1_125(arg0, arg1, arg2) {
    wasm.wasm_bindgen__convert__closures_____invoke__h344f577687e7afb1_125(arg0, arg1, arg2);
}

function wasm_bindgen__convert__closures_____invoke__h197756f2a95af99f(arg0, arg1, arg2) {
    const ret = wasm.wasm_bindgen__convert__closures_____invoke__h197756f2a95af99f(arg0, arg1, arg2);
    if (ret[1]) {
        throw takeFromExternrefTable0(ret[0]);
    }
}

function wasm_bindgen__convert__closures_____invoke__h197756f2a95af99f_123(arg0, arg1, arg2) {
    const ret = wasm.wasm_bindgen__convert__closures_____invoke__h197756f2a95af99f_123(arg0, arg1, arg2);
    if (ret[1]) {
        throw takeFromExternrefTable0(ret[0]);
    }
}

function wasm_bindgen__convert__closures_____invoke__h197756f2a95af99f_126(arg0, arg1, arg2) {
    const ret = wasm.wasm_bindgen__convert__closures_____invoke__h197756f2a95af99f_126(arg0, arg1, arg2);
    if (ret[1]) {
        throw takeFromExternrefTable0(ret[0]);
    }
}

function wasm_bindgen__convert__closures_____invoke__h197756f2a95af99f_127(arg0, arg1, arg2) {
    const ret = wasm.wasm_bindgen__convert__closures_____invoke__h197756f2a95af99f_127(arg0, arg1, arg2);
    if (ret[1]) {
        throw takeFromExternrefTable0(ret[0]);
    }
}

function wasm_bindgen__convert__closures_____invoke__hb8e6b0c33a83ed58(arg0, arg1, arg2, arg3) {
    wasm.wasm_bindgen__convert__closures_____invoke__hb8e6b0c33a83ed58(arg0, arg1, arg2, arg3);
}


const __wbindgen_enum_GpuAutoLayoutMode = ["auto"];


const __wbindgen_enum_GpuBufferBindingType = ["uniform", "storage", "read-only-storage"];


const __wbindgen_enum_GpuDeviceLostReason = ["unknown", "destroyed"];


const __wbindgen_enum_GpuErrorFilter = ["validation", "out-of-memory", "internal"];


const __wbindgen_enum_GpuPowerPreference = ["low-power", "high-performance"];


const __wbindgen_enum_GpuQueryType = ["occlusion", "timestamp"];


const __wbindgen_enum_GpuSamplerBindingType = ["filtering", "non-filtering", "comparison"];


const __wbindgen_enum_GpuStorageTextureAccess = ["write-only", "read-only", "read-write"];


const __wbindgen_enum_GpuTextureFormat = ["r8unorm", "r8snorm", "r8uint", "r8sint", "r16unorm", "r16snorm", "r16uint", "r16sint", "r16float", "rg8unorm", "rg8snorm", "rg8uint", "rg8sint", "r32uint", "r32sint", "r32float", "rg16unorm", "rg16snorm", "rg16uint", "rg16sint", "rg16float", "rgba8unorm", "rgba8unorm-srgb", "rgba8snorm", "rgba8uint", "rgba8sint", "bgra8unorm", "bgra8unorm-srgb", "rgb9e5ufloat", "rgb10a2uint", "rgb10a2unorm", "rg11b10ufloat", "rg32uint", "rg32sint", "rg32float", "rgba16unorm", "rgba16snorm", "rgba16uint", "rgba16sint", "rgba16float", "rgba32uint", "rgba32sint", "rgba32float", "stencil8", "depth16unorm", "depth24plus", "depth24plus-stencil8", "depth32float", "depth32float-stencil8", "bc1-rgba-unorm", "bc1-rgba-unorm-srgb", "bc2-rgba-unorm", "bc2-rgba-unorm-srgb", "bc3-rgba-unorm", "bc3-rgba-unorm-srgb", "bc4-r-unorm", "bc4-r-snorm", "bc5-rg-unorm", "bc5-rg-snorm", "bc6h-rgb-ufloat", "bc6h-rgb-float", "bc7-rgba-unorm", "bc7-rgba-unorm-srgb", "etc2-rgb8unorm", "etc2-rgb8unorm-srgb", "etc2-rgb8a1unorm", "etc2-rgb8a1unorm-srgb", "etc2-rgba8unorm", "etc2-rgba8unorm-srgb", "eac-r11unorm", "eac-r11snorm", "eac-rg11unorm", "eac-rg11snorm", "astc-4x4-unorm", "astc-4x4-unorm-srgb", "astc-5x4-unorm", "astc-5x4-unorm-srgb", "astc-5x5-unorm", "astc-5x5-unorm-srgb", "astc-6x5-unorm", "astc-6x5-unorm-srgb", "astc-6x6-unorm", "astc-6x6-unorm-srgb", "astc-8x5-unorm", "astc-8x5-unorm-srgb", "astc-8x6-unorm", "astc-8x6-unorm-srgb", "astc-8x8-unorm", "astc-8x8-unorm-srgb", "astc-10x5-unorm", "astc-10x5-unorm-srgb", "astc-10x6-unorm", "astc-10x6-unorm-srgb", "astc-10x8-unorm", "astc-10x8-unorm-srgb", "astc-10x10-unorm", "astc-10x10-unorm-srgb", "astc-12x10-unorm", "astc-12x10-unorm-srgb", "astc-12x12-unorm", "astc-12x12-unorm-srgb"];


const __wbindgen_enum_GpuTextureSampleType = ["float", "unfilterable-float", "depth", "sint", "uint"];


const __wbindgen_enum_GpuTextureViewDimension = ["1d", "2d", "2d-array", "cube", "cube-array", "3d"];
const DecodedFileFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_decodedfile_free(ptr, 1));
const EngineFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_engine_free(ptr, 1));
const FileMetadataFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_filemetadata_free(ptr, 1));
const FilePixelsFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_filepixels_free(ptr, 1));
const ImageReaderFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_imagereader_free(ptr, 1));
const LightPreviewFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_lightpreview_free(ptr, 1));
const MapsFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_maps_free(ptr, 1));
const NoiseFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_noise_free(ptr, 1));
const PreviewFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_preview_free(ptr, 1));
const ProgressFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_progress_free(ptr, 1));
const SamplesFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_samples_free(ptr, 1));
const SettingsFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_settings_free(ptr, 1));
const SharedImageFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_sharedimage_free(ptr, 1));
const TaskFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_task_free(ptr, 1));
const TileFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_tile_free(ptr, 1));

function addToExternrefTable0(obj) {
    const idx = wasm.__externref_table_alloc();
    wasm.__wbindgen_externrefs.set(idx, obj);
    return idx;
}

function _assertClass(instance, klass) {
    if (!(instance instanceof klass)) {
        throw new Error(`expected instance of ${klass.name}`);
    }
}

const CLOSURE_DTORS = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(state => wasm.__wbindgen_destroy_closure(state.a, state.b));

function debugString(val) {
    switch (typeof val) {
        // primitive types
        case 'number':
        case 'boolean':
        case 'undefined':
        return `${val}`;
        case 'string':
        return JSON.stringify(val);
        case 'bigint':
        return `${val}n`;
        case 'symbol':
        return val.description !== undefined
            ? `Symbol(${val.description})`
            : 'Symbol';
        case 'function':
        return typeof val.name === 'string' && val.name !== ''
            ? `Function(${val.name})`
            : 'Function';
        case 'object': {
            if (val === null) {
                return 'null';
            }
            // objects
            if (Array.isArray(val)) {
                return '[' + Array.from(val, debugString).join(', ') + ']';
            }
            // errors
            if (val instanceof Error) {
                return `${val.name}: ${val.message}\n${val.stack}`;
            }

            const toStringOutput = toString.call(val);
            // Test for built-in
            const className = /\[object ([^\]]+)\]/.exec(toStringOutput)?.[1];

            // Failed to match the standard '[object ClassName]'
            if (className === undefined) {
                return toStringOutput;
            }
            if (className === 'Object') {
                // we're a user defined class or Object
                // JSON.stringify avoids problems with cycles, and is generally much
                // easier than looping through ownProperties of `val`.
                try {
                    return 'Object(' + JSON.stringify(val) + ')';
                } catch (_) {
                    return 'Object';
                }
            }
            // TODO we could test for more things here, like `Set`s and `Map`s.
            return className;
        }
        // Per MDN: 'This list of values is exhaustive.'
        // https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Operators/typeof#description
    }
}

function getArrayF32FromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return getFloat32ArrayMemory0().subarray(ptr / 4, ptr / 4 + len);
}

function getArrayF64FromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return getFloat64ArrayMemory0().subarray(ptr / 8, ptr / 8 + len);
}

function getArrayJsValueFromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    const mem = getDataViewMemory0();
    const result = [];
    for (let i = ptr; i < ptr + 4 * len; i += 4) {
        result.push(wasm.__wbindgen_externrefs.get(mem.getUint32(i, true)));
    }
    wasm.__externref_drop_slice(ptr, len);
    return result;
}

function getArrayJsValueViewFromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    const mem = getDataViewMemory0();
    const result = [];
    for (let i = ptr; i < ptr + 4 * len; i += 4) {
        result.push(wasm.__wbindgen_externrefs.get(mem.getUint32(i, true)));
    }
    return result;
}

function getArrayU16FromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return getUint16ArrayMemory0().subarray(ptr / 2, ptr / 2 + len);
}

function getArrayU32FromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return getUint32ArrayMemory0().subarray(ptr / 4, ptr / 4 + len);
}

function getArrayU8FromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return getUint8ArrayMemory0().subarray(ptr / 1, ptr / 1 + len);
}

function getClampedArrayU8FromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return getUint8ClampedArrayMemory0().subarray(ptr / 1, ptr / 1 + len);
}

let cachedDataViewMemory0 = null;
function getDataViewMemory0() {
    if (cachedDataViewMemory0 === null || cachedDataViewMemory0.buffer.detached === true || (cachedDataViewMemory0.buffer.detached === undefined && cachedDataViewMemory0.buffer !== wasm.memory.buffer)) {
        cachedDataViewMemory0 = new DataView(wasm.memory.buffer);
    }
    return cachedDataViewMemory0;
}

let cachedFloat32ArrayMemory0 = null;
function getFloat32ArrayMemory0() {
    if (cachedFloat32ArrayMemory0 === null || cachedFloat32ArrayMemory0.byteLength === 0) {
        cachedFloat32ArrayMemory0 = new Float32Array(wasm.memory.buffer);
    }
    return cachedFloat32ArrayMemory0;
}

let cachedFloat64ArrayMemory0 = null;
function getFloat64ArrayMemory0() {
    if (cachedFloat64ArrayMemory0 === null || cachedFloat64ArrayMemory0.byteLength === 0) {
        cachedFloat64ArrayMemory0 = new Float64Array(wasm.memory.buffer);
    }
    return cachedFloat64ArrayMemory0;
}

function getStringFromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return decodeText(getUint8ArrayMemory0().subarray(ptr, ptr + len));
}

let cachedUint16ArrayMemory0 = null;
function getUint16ArrayMemory0() {
    if (cachedUint16ArrayMemory0 === null || cachedUint16ArrayMemory0.byteLength === 0) {
        cachedUint16ArrayMemory0 = new Uint16Array(wasm.memory.buffer);
    }
    return cachedUint16ArrayMemory0;
}

let cachedUint32ArrayMemory0 = null;
function getUint32ArrayMemory0() {
    if (cachedUint32ArrayMemory0 === null || cachedUint32ArrayMemory0.byteLength === 0) {
        cachedUint32ArrayMemory0 = new Uint32Array(wasm.memory.buffer);
    }
    return cachedUint32ArrayMemory0;
}

let cachedUint8ArrayMemory0 = null;
function getUint8ArrayMemory0() {
    if (cachedUint8ArrayMemory0 === null || cachedUint8ArrayMemory0.byteLength === 0) {
        cachedUint8ArrayMemory0 = new Uint8Array(wasm.memory.buffer);
    }
    return cachedUint8ArrayMemory0;
}

let cachedUint8ClampedArrayMemory0 = null;
function getUint8ClampedArrayMemory0() {
    if (cachedUint8ClampedArrayMemory0 === null || cachedUint8ClampedArrayMemory0.byteLength === 0) {
        cachedUint8ClampedArrayMemory0 = new Uint8ClampedArray(wasm.memory.buffer);
    }
    return cachedUint8ClampedArrayMemory0;
}

function handleError(f, args) {
    try {
        return f.apply(this, args);
    } catch (e) {
        const idx = addToExternrefTable0(e);
        wasm.__wbindgen_exn_store(idx);
    }
}

function isLikeNone(x) {
    return x === undefined || x === null;
}

function makeMutClosure(arg0, arg1, f) {
    const state = { a: arg0, b: arg1, cnt: 1 };
    const real = (...args) => {

        // First up with a closure we increment the internal reference
        // count. This ensures that the Rust closure environment won't
        // be deallocated while we're invoking it.
        state.cnt++;
        const a = state.a;
        state.a = 0;
        try {
            return f(a, state.b, ...args);
        } finally {
            state.a = a;
            real._wbg_cb_unref();
        }
    };
    real._wbg_cb_unref = () => {
        if (--state.cnt === 0) {
            wasm.__wbindgen_destroy_closure(state.a, state.b);
            state.a = 0;
            CLOSURE_DTORS.unregister(state);
        }
    };
    CLOSURE_DTORS.register(real, state, state);
    return real;
}

function passArray16ToWasm0(arg, malloc) {
    const ptr = malloc(arg.length * 2, 2) >>> 0;
    getUint16ArrayMemory0().set(arg, ptr / 2);
    WASM_VECTOR_LEN = arg.length;
    return ptr;
}

function passArray32ToWasm0(arg, malloc) {
    const ptr = malloc(arg.length * 4, 4) >>> 0;
    getUint32ArrayMemory0().set(arg, ptr / 4);
    WASM_VECTOR_LEN = arg.length;
    return ptr;
}

function passArray8ToWasm0(arg, malloc) {
    const ptr = malloc(arg.length * 1, 1) >>> 0;
    getUint8ArrayMemory0().set(arg, ptr / 1);
    WASM_VECTOR_LEN = arg.length;
    return ptr;
}

function passArrayF32ToWasm0(arg, malloc) {
    const ptr = malloc(arg.length * 4, 4) >>> 0;
    getFloat32ArrayMemory0().set(arg, ptr / 4);
    WASM_VECTOR_LEN = arg.length;
    return ptr;
}

function passArrayF64ToWasm0(arg, malloc) {
    const ptr = malloc(arg.length * 8, 8) >>> 0;
    getFloat64ArrayMemory0().set(arg, ptr / 8);
    WASM_VECTOR_LEN = arg.length;
    return ptr;
}

function passStringToWasm0(arg, malloc, realloc) {
    if (realloc === undefined) {
        const buf = cachedTextEncoder.encode(arg);
        const ptr = malloc(buf.length, 1) >>> 0;
        getUint8ArrayMemory0().subarray(ptr, ptr + buf.length).set(buf);
        WASM_VECTOR_LEN = buf.length;
        return ptr;
    }

    let len = arg.length;
    let ptr = malloc(len, 1) >>> 0;

    const mem = getUint8ArrayMemory0();

    let offset = 0;

    for (; offset < len; offset++) {
        const code = arg.charCodeAt(offset);
        if (code > 0x7F) break;
        mem[ptr + offset] = code;
    }
    if (offset !== len) {
        if (offset !== 0) {
            arg = arg.slice(offset);
        }
        ptr = realloc(ptr, len, len = offset + arg.length * 3, 1) >>> 0;
        const view = getUint8ArrayMemory0().subarray(ptr + offset, ptr + len);
        const ret = cachedTextEncoder.encodeInto(arg, view);

        offset += ret.written;
        ptr = realloc(ptr, len, offset, 1) >>> 0;
    }

    WASM_VECTOR_LEN = offset;
    return ptr;
}

function takeFromExternrefTable0(idx) {
    const value = wasm.__wbindgen_externrefs.get(idx);
    wasm.__externref_table_dealloc(idx);
    return value;
}

let cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
cachedTextDecoder.decode();
const MAX_SAFARI_DECODE_BYTES = 2146435072;
let numBytesDecoded = 0;
function decodeText(bytes) {
    numBytesDecoded += bytes.length;
    if (numBytesDecoded >= MAX_SAFARI_DECODE_BYTES) {
        cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
        cachedTextDecoder.decode();
        numBytesDecoded = bytes.length;
    }
    return cachedTextDecoder.decode(bytes);
}

const cachedTextEncoder = new TextEncoder();

if (!('encodeInto' in cachedTextEncoder)) {
    cachedTextEncoder.encodeInto = function (arg, view) {
        const buf = cachedTextEncoder.encode(arg);
        view.set(buf);
        return {
            read: arg.length,
            written: buf.length
        };
    };
}

let WASM_VECTOR_LEN = 0;

let wasmModule, wasmInstance, wasm;
function __wbg_finalize_init(instance, module) {
    wasmInstance = instance;
    wasm = instance.exports;
    wasmModule = module;
    cachedDataViewMemory0 = null;
    cachedFloat32ArrayMemory0 = null;
    cachedFloat64ArrayMemory0 = null;
    cachedUint16ArrayMemory0 = null;
    cachedUint32ArrayMemory0 = null;
    cachedUint8ArrayMemory0 = null;
    cachedUint8ClampedArrayMemory0 = null;
    wasm.__wbindgen_start();
    return wasm;
}

async function __wbg_load(module, imports) {
    if (typeof Response === 'function' && module instanceof Response) {
        if (!module.ok) {
            throw new Error(`failed to fetch Wasm: ${module.status} ${module.statusText} fetching '${module.url}'`);
        }

        if (typeof WebAssembly.instantiateStreaming === 'function') {
            try {
                return await WebAssembly.instantiateStreaming(module, imports);
            } catch (e) {
                const validResponse = expectedResponseType(module.type);

                if (validResponse && module.headers.get('Content-Type') !== 'application/wasm') {
                    console.warn("`WebAssembly.instantiateStreaming` failed because your server does not serve Wasm with `application/wasm` MIME type. Falling back to `WebAssembly.instantiate` which is slower. Original error:\n", e);

                } else { throw e; }
            }
        }

        const bytes = await module.arrayBuffer();
        return await WebAssembly.instantiate(bytes, imports);
    } else {
        const instance = await WebAssembly.instantiate(module, imports);

        if (instance instanceof WebAssembly.Instance) {
            return { instance, module };
        } else {
            return instance;
        }
    }

    function expectedResponseType(type) {
        switch (type) {
            case 'basic': case 'cors': case 'default': return true;
        }
        return false;
    }
}

function initSync(module) {
    if (wasm !== undefined) return wasm;


    if (module !== undefined) {
        if (Object.getPrototypeOf(module) === Object.prototype) {
            ({module} = module)
        } else {
            console.warn('using deprecated parameters for `initSync()`; pass a single object instead')
        }
    }

    const imports = __wbg_get_imports();
    if (!(module instanceof WebAssembly.Module)) {
        module = new WebAssembly.Module(module);
    }
    const instance = new WebAssembly.Instance(module, imports);
    return __wbg_finalize_init(instance, module);
}

let __wbg_init_promise;
async function __wbg_init(module_or_path) {
    if (wasm !== undefined) return wasm;
    if (__wbg_init_promise === undefined) {
        __wbg_init_promise = __wbg_init_once(module_or_path);
        __wbg_init_promise.catch(() => { __wbg_init_promise = undefined; });
    }
    return __wbg_init_promise;
}

async function __wbg_init_once(module_or_path) {

    if (module_or_path !== undefined) {
        if (Object.getPrototypeOf(module_or_path) === Object.prototype) {
            ({module_or_path} = module_or_path)
        } else {
            console.warn('using deprecated parameters for the initialization function; pass a single object instead')
        }
    }


    const imports = __wbg_get_imports();

    if (typeof module_or_path === 'string' || (typeof Request === 'function' && module_or_path instanceof Request) || (typeof URL === 'function' && module_or_path instanceof URL)) {
        module_or_path = fetch(module_or_path);
    }

    const { instance, module } = await __wbg_load(await module_or_path, imports);

    return __wbg_finalize_init(instance, module);
}

export { initSync, __wbg_init as default };
