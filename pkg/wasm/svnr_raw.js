/* @ts-self-types="./svnr_raw.d.ts" */

/**
 * A JPEG and how it is to be turned.
 */
export class EmbeddedPreview {
    static __wrap(ptr) {
        const obj = Object.create(EmbeddedPreview.prototype);
        obj.__wbg_ptr = ptr;
        EmbeddedPreviewFinalization.register(obj, obj.__wbg_ptr, obj);
        return obj;
    }
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        EmbeddedPreviewFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_embeddedpreview_free(ptr, 0);
    }
    /**
     * The file.
     * @returns {Uint8Array}
     */
    get jpeg() {
        const ret = wasm.__wbg_get_embeddedpreview_jpeg(this.__wbg_ptr);
        var v1 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        return v1;
    }
    /**
     * EXIF's Orientation, 1 to 8.
     * @returns {number}
     */
    get orientation() {
        const ret = wasm.__wbg_get_embeddedpreview_orientation(this.__wbg_ptr);
        return ret;
    }
    /**
     * The file.
     * @param {Uint8Array | number[]} arg0
     */
    set jpeg(arg0) {
        const ptr0 = passArray8ToWasm0(arg0, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        wasm.__wbg_set_embeddedpreview_jpeg(this.__wbg_ptr, ptr0, len0);
    }
    /**
     * EXIF's Orientation, 1 to 8.
     * @param {number} arg0
     */
    set orientation(arg0) {
        wasm.__wbg_set_embeddedpreview_orientation(this.__wbg_ptr, arg0);
    }
}
if (Symbol.dispose) EmbeddedPreview.prototype[Symbol.dispose] = EmbeddedPreview.prototype.free;

/**
 * How a mosaic is developed; see [`Development`].
 */
export class Look {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        LookFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_look_free(ptr, 0);
    }
    /**
     * All in EV.
     *
     * # Errors
     * `bad-option` for numbers outside their ranges.
     * @param {number} exposure
     * @param {number} warmth
     * @param {number} tint
     */
    constructor(exposure, warmth, tint) {
        const ret = wasm.look_new(exposure, warmth, tint);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        this.__wbg_ptr = ret[0];
        LookFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
}
if (Symbol.dispose) Look.prototype[Symbol.dispose] = Look.prototype.free;

/**
 * Planes on their way back.
 */
export class PlaneReader {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        PlaneReaderFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_planereader_free(ptr, 0);
    }
    /**
     * Reads the next plane.
     * @param {Float32Array | number[]} plane
     */
    add(plane) {
        const ptr0 = passArrayF32ToWasm0(plane, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        wasm.planereader_add(this.__wbg_ptr, ptr0, len0);
    }
    /**
     * The result that they make of a photo.
     *
     * # Errors
     * `unsupported-image` if they are not those of the photo, or hold a value that is not finite.
     * @param {Raw} photo
     * @returns {RawResult}
     */
    finish(photo) {
        _assertClass(photo, Raw);
        const ptr = this.__destroy_into_raw();
        const ret = wasm.planereader_finish(ptr, photo.__wbg_ptr);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return RawResult.__wrap(ret[0]);
    }
    /**
     * For so many planes, or those of their pixels that begin at x and y.
     * @param {number} x
     * @param {number} y
     * @param {number} width
     * @param {number} height
     * @param {number} count
     */
    constructor(x, y, width, height, count) {
        const ret = wasm.planereader_new(x, y, width, height, count);
        this.__wbg_ptr = ret;
        PlaneReaderFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
}
if (Symbol.dispose) PlaneReader.prototype[Symbol.dispose] = PlaneReader.prototype.free;

/**
 * A RAW file that was read.
 */
export class Raw {
    static __wrap(ptr) {
        const obj = Object.create(Raw.prototype);
        obj.__wbg_ptr = ptr;
        RawFinalization.register(obj, obj.__wbg_ptr, obj);
        return obj;
    }
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        RawFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_raw_free(ptr, 0);
    }
    /**
     * The camera's maker and model, as people say them.
     * @returns {string}
     */
    get camera() {
        let deferred1_0;
        let deferred1_1;
        try {
            const ret = wasm.raw_camera(this.__wbg_ptr);
            deferred1_0 = ret[0];
            deferred1_1 = ret[1];
            return getStringFromWasm0(ret[0], ret[1]);
        } finally {
            wasm.__wbindgen_free(deferred1_0, deferred1_1, 1);
        }
    }
    /**
     * The same of 16 bits.
     *
     * # Errors
     * As [`Raw::develop_8`].
     * @param {number} x
     * @param {number} y
     * @param {number} width
     * @param {number} height
     * @param {Look} look
     * @returns {Uint16Array}
     */
    develop16(x, y, width, height, look) {
        _assertClass(look, Look);
        const ret = wasm.raw_develop16(this.__wbg_ptr, x, y, width, height, look.__wbg_ptr);
        if (ret[3]) {
            throw takeFromExternrefTable0(ret[2]);
        }
        var v1 = getArrayU16FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 2, 2);
        return v1;
    }
    /**
     * A part of the picture, developed, as RGBA of 8 bits.
     *
     * # Errors
     * `bad-option` for a part that does not lie in the picture.
     * @param {number} x
     * @param {number} y
     * @param {number} width
     * @param {number} height
     * @param {Look} look
     * @returns {Uint8ClampedArray}
     */
    develop8(x, y, width, height, look) {
        _assertClass(look, Look);
        const ret = wasm.raw_develop8(this.__wbg_ptr, x, y, width, height, look.__wbg_ptr);
        if (ret[3]) {
            throw takeFromExternrefTable0(ret[2]);
        }
        var v1 = getClampedArrayU8FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        return v1;
    }
    /**
     * The EXIF block for a developed picture.
     * @returns {Uint8Array | undefined}
     */
    exif() {
        const ret = wasm.raw_exif(this.__wbg_ptr);
        let v1;
        if (ret[0] !== 0) {
            v1 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
            wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        }
        return v1;
    }
    /**
     * The kind of file: `DNG`, `CR3`, ...
     * @returns {string}
     */
    get format() {
        let deferred1_0;
        let deferred1_1;
        try {
            const ret = wasm.raw_format(this.__wbg_ptr);
            deferred1_0 = ret[0];
            deferred1_1 = ret[1];
            return getStringFromWasm0(ret[0], ret[1]);
        } finally {
            wasm.__wbindgen_free(deferred1_0, deferred1_1, 1);
        }
    }
    /**
     * The whole picture in a size, at most half of its own, as RGBA of 8 bits.
     *
     * # Errors
     * None for a look that there is.
     * @param {number} width
     * @param {number} height
     * @param {Look} look
     * @returns {Uint8ClampedArray}
     */
    glance(width, height, look) {
        _assertClass(look, Look);
        const ret = wasm.raw_glance(this.__wbg_ptr, width, height, look.__wbg_ptr);
        if (ret[3]) {
            throw takeFromExternrefTable0(ret[2]);
        }
        var v1 = getClampedArrayU8FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        return v1;
    }
    /**
     * Pixels of the picture down.
     * @returns {number}
     */
    get height() {
        const ret = wasm.raw_height(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * The sensitivity, if the file says it.
     * @returns {number | undefined}
     */
    get iso() {
        const ret = wasm.raw_iso(this.__wbg_ptr);
        return ret === Number.MAX_SAFE_INTEGER ? undefined : ret;
    }
    /**
     * What it is denoised as: a `mosaic`, or `linear` light with all colours at every photosite.
     * @returns {string}
     */
    get kind() {
        let deferred1_0;
        let deferred1_1;
        try {
            const ret = wasm.raw_kind(this.__wbg_ptr);
            deferred1_0 = ret[0];
            deferred1_1 = ret[1];
            return getStringFromWasm0(ret[0], ret[1]);
        } finally {
            wasm.__wbindgen_free(deferred1_0, deferred1_1, 1);
        }
    }
    /**
     * The maker, as the file has it.
     * @returns {string}
     */
    get make() {
        let deferred1_0;
        let deferred1_1;
        try {
            const ret = wasm.raw_make(this.__wbg_ptr);
            deferred1_0 = ret[0];
            deferred1_1 = ret[1];
            return getStringFromWasm0(ret[0], ret[1]);
        } finally {
            wasm.__wbindgen_free(deferred1_0, deferred1_1, 1);
        }
    }
    /**
     * The model, as the file has it.
     * @returns {string}
     */
    get model() {
        let deferred1_0;
        let deferred1_1;
        try {
            const ret = wasm.raw_model(this.__wbg_ptr);
            deferred1_0 = ret[0];
            deferred1_1 = ret[1];
            return getStringFromWasm0(ret[0], ret[1]);
        } finally {
            wasm.__wbindgen_free(deferred1_0, deferred1_1, 1);
        }
    }
    /**
     * What a neutral colour has in red, green and blue of the sensor.
     * @returns {Float32Array}
     */
    neutral() {
        const ret = wasm.raw_neutral(this.__wbg_ptr);
        var v1 = getArrayF32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * The noise of the planes as JSON: `{ read, shot, planes, curve, source, told, doubt, points }`, with `planes` of
     * a mosaic alone, and with a `curve` where a line does not say it. `source` is `profile`, `measured`, or
     * `not-profile` if the file's NoiseProfile, which is `told`, is wrong.
     * @returns {string}
     */
    noise() {
        let deferred1_0;
        let deferred1_1;
        try {
            const ret = wasm.raw_noise(this.__wbg_ptr);
            deferred1_0 = ret[0];
            deferred1_1 = ret[1];
            return getStringFromWasm0(ret[0], ret[1]);
        } finally {
            wasm.__wbindgen_free(deferred1_0, deferred1_1, 1);
        }
    }
    /**
     * What the user should know about the file, in words about "it".
     * @returns {string[]}
     */
    notes() {
        const ret = wasm.raw_notes(this.__wbg_ptr);
        var v1 = getArrayJsValueFromWasm0(ret[0], ret[1]);
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * Values over all planes, which may be reduced, as values over the picture in a size.
     *
     * # Errors
     * `bad-option` for values of another length than their size.
     * @param {Float32Array | number[]} values
     * @param {number} columns
     * @param {number} rows
     * @param {number} width
     * @param {number} height
     * @returns {Float32Array}
     */
    overPicture(values, columns, rows, width, height) {
        const val2 = +columns;
        const val3 = +rows;
        const val4 = +width;
        const val5 = +height;
        const ptr0 = passArrayF32ToWasm0(values, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.raw_overPicture(this.__wbg_ptr, ptr0, len0, val2, val3, val4, val5);
        if (ret[3]) {
            throw takeFromExternrefTable0(ret[2]);
        }
        var v6 = getArrayF32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v6;
    }
    /**
     * A map over the picture, of any size, as one over planes.
     *
     * # Errors
     * `bad-option` for a map of another length than its size, or planes that are not there.
     * @param {Float32Array | number[]} map
     * @param {number} map_width
     * @param {number} map_height
     * @param {number} x
     * @param {number} y
     * @param {number} width
     * @param {number} height
     * @returns {Float32Array}
     */
    overPlanes(map, map_width, map_height, x, y, width, height) {
        const val2 = +map_width;
        const val3 = +map_height;
        const val4 = +x;
        const val5 = +y;
        const val6 = +width;
        const val7 = +height;
        const ptr0 = passArrayF32ToWasm0(map, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.raw_overPlanes(this.__wbg_ptr, ptr0, len0, val2, val3, val4, val5, val6, val7);
        if (ret[3]) {
            throw takeFromExternrefTable0(ret[2]);
        }
        var v8 = getArrayF32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v8;
    }
    /**
     * A run's preview, red, green and blue over all planes, as RGBA of the picture in a size.
     *
     * # Errors
     * `bad-option` for values of another length than their size.
     * @param {Float32Array | number[]} light
     * @param {number} columns
     * @param {number} rows
     * @param {number} width
     * @param {number} height
     * @param {Look} look
     * @returns {Uint8ClampedArray}
     */
    paint(light, columns, rows, width, height, look) {
        _assertClass(look, Look);
        const val2 = +columns;
        const val3 = +rows;
        const val4 = +width;
        const val5 = +height;
        const ptr0 = passArrayF32ToWasm0(light, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.raw_paint(this.__wbg_ptr, ptr0, len0, val2, val3, val4, val5, look.__wbg_ptr);
        if (ret[3]) {
            throw takeFromExternrefTable0(ret[2]);
        }
        var v6 = getClampedArrayU8FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        return v6;
    }
    /**
     * Width and height of the planes.
     * @returns {Uint32Array}
     */
    planeSize() {
        const ret = wasm.raw_planeSize(this.__wbg_ptr);
        var v1 = getArrayU32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * Where the planes lie that a part of the picture depends on: x, y, width, height.
     *
     * # Errors
     * `bad-option` for a part that does not lie in the picture.
     * @param {number} x
     * @param {number} y
     * @param {number} width
     * @param {number} height
     * @returns {Uint32Array}
     */
    planesAround(x, y, width, height) {
        const ret = wasm.raw_planesAround(this.__wbg_ptr, x, y, width, height);
        if (ret[3]) {
            throw takeFromExternrefTable0(ret[2]);
        }
        var v1 = getArrayU32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * Some of the planes' pixels.
     *
     * # Errors
     * `bad-option` if they do not lie in the planes.
     * @param {number} x
     * @param {number} y
     * @param {number} width
     * @param {number} height
     * @returns {RawPlanes}
     */
    planesOf(x, y, width, height) {
        const ret = wasm.raw_planesOf(this.__wbg_ptr, x, y, width, height);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return RawPlanes.__wrap(ret[0]);
    }
    /**
     * All planes.
     * @returns {RawPlanes}
     */
    planes() {
        const ret = wasm.raw_planes(this.__wbg_ptr);
        return RawPlanes.__wrap(ret);
    }
    /**
     * All planes reduced to at most `most` pixels: each is the mean of as many as lie in its place.
     * @param {number} most
     * @returns {RawPlanes}
     */
    reduced(most) {
        const ret = wasm.raw_reduced(this.__wbg_ptr, most);
        return RawPlanes.__wrap(ret);
    }
    /**
     * Pixels of the picture across.
     * @returns {number}
     */
    get width() {
        const ret = wasm.raw_width(this.__wbg_ptr);
        return ret >>> 0;
    }
}
if (Symbol.dispose) Raw.prototype[Symbol.dispose] = Raw.prototype.free;

/**
 * The bytes of a file that may be a RAW file.
 */
export class RawFile {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        RawFileFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_rawfile_free(ptr, 0);
    }
    /**
     * Reads it. With more photosites than `limit` it is refused.
     *
     * # Errors
     * `unsupported-format`, `unsupported-image`, `too-large`.
     * @param {number} limit
     * @returns {Raw}
     */
    decode(limit) {
        const val1 = +limit;
        const ptr = this.__destroy_into_raw();
        const ret = wasm.rawfile_decode(ptr, val1);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return Raw.__wrap(ret[0]);
    }
    /**
     * Whether it is a RAW file, by its contents.
     * @returns {boolean}
     */
    get isRaw() {
        const ret = wasm.rawfile_isRaw(this.__wbg_ptr);
        return ret !== 0;
    }
    /**
     * Of these bytes.
     * @param {Uint8Array | number[]} bytes
     */
    constructor(bytes) {
        const ptr0 = passArray8ToWasm0(bytes, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.rawfile_new(ptr0, len0);
        this.__wbg_ptr = ret;
        RawFileFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * Width and height of its picture, as far as it tells them before it is decoded.
     * @returns {Uint32Array | undefined}
     */
    pictureSize() {
        const ret = wasm.rawfile_pictureSize(this.__wbg_ptr);
        let v1;
        if (ret[0] !== 0) {
            v1 = getArrayU32FromWasm0(ret[0], ret[1]).slice();
            wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        }
        return v1;
    }
    /**
     * The JPEG that it holds for a quick look.
     * @returns {EmbeddedPreview | undefined}
     */
    preview() {
        const ret = wasm.rawfile_preview(this.__wbg_ptr);
        return ret === 0 ? undefined : EmbeddedPreview.__wrap(ret);
    }
}
if (Symbol.dispose) RawFile.prototype[Symbol.dispose] = RawFile.prototype.free;

/**
 * Planes on their way to the network.
 */
export class RawPlanes {
    static __wrap(ptr) {
        const obj = Object.create(RawPlanes.prototype);
        obj.__wbg_ptr = ptr;
        RawPlanesFinalization.register(obj, obj.__wbg_ptr, obj);
        return obj;
    }
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        RawPlanesFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_rawplanes_free(ptr, 0);
    }
    /**
     * Pixels down.
     * @returns {number}
     */
    get height() {
        const ret = wasm.rawplanes_height(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * A plane, copied out of wasm's memory: red, green in red's rows, green in blue's rows and blue of a mosaic, else
     * red, green and blue.
     * @param {number} number
     * @returns {Float32Array}
     */
    plane(number) {
        const ret = wasm.rawplanes_plane(this.__wbg_ptr, number);
        return ret;
    }
    /**
     * Pixels across.
     * @returns {number}
     */
    get width() {
        const ret = wasm.rawplanes_width(this.__wbg_ptr);
        return ret >>> 0;
    }
}
if (Symbol.dispose) RawPlanes.prototype[Symbol.dispose] = RawPlanes.prototype.free;

/**
 * What was made of a photo, or of a part of it.
 */
export class RawResult {
    static __wrap(ptr) {
        const obj = Object.create(RawResult.prototype);
        obj.__wbg_ptr = ptr;
        RawResultFinalization.register(obj, obj.__wbg_ptr, obj);
        return obj;
    }
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        RawResultFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_rawresult_free(ptr, 0);
    }
    /**
     * As [`Raw::develop_16`].
     *
     * # Errors
     * As [`RawResult::develop_8`].
     * @param {Raw} photo
     * @param {number} x
     * @param {number} y
     * @param {number} width
     * @param {number} height
     * @param {Look} look
     * @returns {Uint16Array}
     */
    develop16(photo, x, y, width, height, look) {
        _assertClass(photo, Raw);
        _assertClass(look, Look);
        const ret = wasm.rawresult_develop16(this.__wbg_ptr, photo.__wbg_ptr, x, y, width, height, look.__wbg_ptr);
        if (ret[3]) {
            throw takeFromExternrefTable0(ret[2]);
        }
        var v1 = getArrayU16FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 2, 2);
        return v1;
    }
    /**
     * As [`Raw::develop_8`].
     *
     * # Errors
     * `bad-option` for a part that it does not hold.
     * @param {Raw} photo
     * @param {number} x
     * @param {number} y
     * @param {number} width
     * @param {number} height
     * @param {Look} look
     * @returns {Uint8ClampedArray}
     */
    develop8(photo, x, y, width, height, look) {
        _assertClass(photo, Raw);
        _assertClass(look, Look);
        const ret = wasm.rawresult_develop8(this.__wbg_ptr, photo.__wbg_ptr, x, y, width, height, look.__wbg_ptr);
        if (ret[3]) {
            throw takeFromExternrefTable0(ret[2]);
        }
        var v1 = getClampedArrayU8FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        return v1;
    }
    /**
     * The DNG. `noise` are read and shot noise of a mosaic's four planes, or of red and twice of green and of blue in
     * the planes, as they were removed.
     *
     * # Errors
     * `bad-option` for the result of a part, or another number of numbers; `too-large`.
     * @param {Raw} photo
     * @param {Float32Array | number[]} noise
     * @returns {Uint8Array}
     */
    dng(photo, noise) {
        _assertClass(photo, Raw);
        const ptr0 = passArrayF32ToWasm0(noise, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.rawresult_dng(this.__wbg_ptr, photo.__wbg_ptr, ptr0, len0);
        if (ret[3]) {
            throw takeFromExternrefTable0(ret[2]);
        }
        var v2 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        return v2;
    }
    /**
     * What a DNG holds that was made of this photo.
     *
     * # Errors
     * As [`RawFile::decode`]; `bad-option` if it is not of this photo.
     * @param {Uint8Array | number[]} dng
     * @param {Raw} photo
     * @returns {RawResult}
     */
    static fromDng(dng, photo) {
        _assertClass(photo, Raw);
        const ptr0 = passArray8ToWasm0(dng, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.rawresult_fromDng(ptr0, len0, photo.__wbg_ptr);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return RawResult.__wrap(ret[0]);
    }
    /**
     * As [`Raw::glance`].
     *
     * # Errors
     * `bad-option` for the result of a part.
     * @param {Raw} photo
     * @param {number} width
     * @param {number} height
     * @param {Look} look
     * @returns {Uint8ClampedArray}
     */
    glance(photo, width, height, look) {
        _assertClass(photo, Raw);
        _assertClass(look, Look);
        const ret = wasm.rawresult_glance(this.__wbg_ptr, photo.__wbg_ptr, width, height, look.__wbg_ptr);
        if (ret[3]) {
            throw takeFromExternrefTable0(ret[2]);
        }
        var v1 = getClampedArrayU8FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        return v1;
    }
}
if (Symbol.dispose) RawResult.prototype[Symbol.dispose] = RawResult.prototype.free;

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
function __wbg_get_imports() {
    const import0 = {
        __proto__: null,
        __wbg___wbindgen_throw_4c88d8bf264fd984: function(arg0, arg1) {
            throw new Error(getStringFromWasm0(arg0, arg1));
        },
        __wbg_call_a410eb4b59ed5965: function() { return handleError(function (arg0, arg1, arg2) {
            const ret = arg0.call(arg1, arg2);
            return ret;
        }, arguments); },
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
        __wbg_new_787b9fb330d55d78: function(arg0, arg1) {
            const ret = new Error(getStringFromWasm0(arg0, arg1));
            return ret;
        },
        __wbg_new_bb74001155cb8ca8: function() {
            const ret = new Error();
            return ret;
        },
        __wbg_new_from_slice_355c10c5d8f2addb: function(arg0, arg1) {
            const ret = new Float32Array(getArrayF32FromWasm0(arg0, arg1));
            return ret;
        },
        __wbg_set_2793479888329cb6: function() { return handleError(function (arg0, arg1, arg2) {
            const ret = Reflect.set(arg0, arg1, arg2);
            return ret;
        }, arguments); },
        __wbg_stack_575c4e0918581b9c: function(arg0, arg1) {
            const ret = arg1.stack;
            const ptr1 = passStringToWasm0(ret, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            const len1 = WASM_VECTOR_LEN;
            getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 1, len1, true);
            getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 0, ptr1, true);
        },
        __wbindgen_generic_0000000000000001: function(arg0, arg1) {
            // Cast intrinsic for `Ref(String) -> Externref`.
            const ret = getStringFromWasm0(arg0, arg1);
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
        "./svnr_raw_bg.js": import0,
    };
}

const EmbeddedPreviewFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_embeddedpreview_free(ptr, 1));
const LookFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_look_free(ptr, 1));
const PlaneReaderFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_planereader_free(ptr, 1));
const RawFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_raw_free(ptr, 1));
const RawFileFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_rawfile_free(ptr, 1));
const RawPlanesFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_rawplanes_free(ptr, 1));
const RawResultFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_rawresult_free(ptr, 1));

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

function getArrayF32FromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return getFloat32ArrayMemory0().subarray(ptr / 4, ptr / 4 + len);
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
