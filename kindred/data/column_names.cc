#include "kindred/data/column_names.h"

#include <algorithm>
#include <array>

namespace kindred::data {
namespace {

using Names = std::string_view;

constexpr std::array kUserNames = {
    Names("user"),        Names("userid"),       Names("uid"),          Names("users"),
    Names("customer"),    Names("customerid"),   Names("customerno"),   Names("customernumber"),
    Names("customerkey"), Names("custid"),       Names("cust"),         Names("member"),
    Names("memberid"),    Names("membernumber"), Names("memberno"),     Names("client"),
    Names("clientid"),    Names("buyer"),        Names("buyerid"),      Names("shopper"),
    Names("shopperid"),   Names("reviewer"),     Names("reviewerid"),   Names("rater"),
    Names("raterid"),     Names("visitor"),      Names("visitorid"),    Names("session"),
    Names("sessionid"),   Names("person"),       Names("personid"),     Names("account"),
    Names("accountid"),   Names("listener"),     Names("listenerid"),   Names("player"),
    Names("playerid"),    Names("reader"),       Names("readerid"),     Names("viewer"),
    Names("viewerid"),    Names("subscriber"),   Names("subscriberid"), Names("patron"),
    Names("patronid"),    Names("student"),      Names("studentid"),    Names("patient"),
    Names("patientid"),   Names("household"),    Names("householdid"),  Names("householdkey"),
    Names("basket"),      Names("basketid"),     Names("cart"),         Names("cartid"),
    Names("guest"),       Names("guestid"),      Names("steamid"),      Names("employee"),
    Names("employeeid"),  Names("passenger"),    Names("passengerid")};
// Beside an id these describe the same person.
constexpr std::array kUserDescriptions = {
    Names("username"),  Names("customername"), Names("profilename"), Names("reviewername"),
    Names("useremail"), Names("email"),        Names("nickname"),    Names("login")};

constexpr std::array kItemNames = {
    Names("item"),         Names("itemid"),      Names("iid"),        Names("items"),
    Names("itemno"),       Names("itemnumber"),  Names("itemcode"),   Names("movie"),
    Names("movieid"),      Names("film"),        Names("filmid"),     Names("product"),
    Names("productid"),    Names("productcode"), Names("productkey"), Names("prodid"),
    Names("sku"),          Names("skuid"),       Names("stockcode"),  Names("asin"),
    Names("parentasin"),   Names("upc"),         Names("ean"),        Names("gtin"),
    Names("book"),         Names("bookid"),      Names("isbn"),       Names("isbn13"),
    Names("artist"),       Names("artistid"),    Names("song"),       Names("songid"),
    Names("track"),        Names("trackid"),     Names("album"),      Names("albumid"),
    Names("business"),     Names("businessid"),  Names("anime"),      Names("animeid"),
    Names("joke"),         Names("jokeid"),      Names("article"),    Names("articleid"),
    Names("goods"),        Names("goodsid"),     Names("game"),       Names("gameid"),
    Names("appid"),        Names("recipe"),      Names("recipeid"),   Names("restaurant"),
    Names("restaurantid"), Names("placeid"),     Names("venue"),      Names("venueid"),
    Names("poi"),          Names("poiid"),       Names("hotel"),      Names("hotelid"),
    Names("course"),       Names("courseid"),    Names("video"),      Names("videoid"),
    Names("show"),         Names("showid"),      Names("podcast"),    Names("podcastid"),
    Names("newsid"),       Names("page"),        Names("pageid"),     Names("url"),
    Names("beer"),         Names("beerid"),      Names("wine"),       Names("wineid"),
    Names("document"),     Names("documentid"),  Names("docid"),      Names("content"),
    Names("contentid"),    Names("listing"),     Names("listingid"),  Names("adid")};
constexpr std::array kItemDescriptions = {
    Names("title"),           Names("itemname"),     Names("itemtitle"),
    Names("productname"),     Names("producttitle"), Names("movietitle"),
    Names("itemdescription"), Names("description"),  Names("trackname"),
    Names("artistname"),      Names("songname"),     Names("songtitle"),
    Names("booktitle"),       Names("beername"),     Names("gamename"),
    Names("gametitle"),       Names("name"),         Names("productdescription")};

constexpr std::array kRatingNames = {
    Names("rating"),     Names("ratings"),     Names("score"),      Names("stars"),
    Names("bookrating"), Names("overall"),     Names("preference"), Names("value"),
    Names("weight"),     Names("count"),       Names("plays"),      Names("playcount"),
    Names("userrating"), Names("movierating"), Names("starrating"), Names("reviewscore")};

constexpr std::array kTimestampNames = {Names("timestamp"),
                                        Names("time"),
                                        Names("unixtime"),
                                        Names("date"),
                                        Names("datetime"),
                                        Names("unixreviewtime"),
                                        Names("createdat"),
                                        Names("ratedat"),
                                        Names("ts"),
                                        Names("eventtime"),
                                        Names("eventdate"),
                                        Names("eventtimestamp"),
                                        Names("invoicedate"),
                                        Names("orderdate"),
                                        Names("ordertime"),
                                        Names("purchasedate"),
                                        Names("purchasedat"),
                                        Names("reviewtime"),
                                        Names("reviewdate"),
                                        Names("transactiondate"),
                                        Names("created"),
                                        Names("updatedat"),
                                        Names("ratingtime"),
                                        Names("ratingdate"),
                                        Names("playedat"),
                                        Names("watchedat"),
                                        Names("visitedat"),
                                        Names("clickedat"),
                                        Names("unixtimestamp"),
                                        Names("utctime"),
                                        Names("when"),
                                        Names("day")};

constexpr std::array kAttributeNames = {
    Names("id"),        Names("name"),        Names("title"),       Names("genre"),
    Names("genres"),    Names("year"),        Names("age"),         Names("gender"),
    Names("sex"),       Names("zip"),         Names("zipcode"),     Names("occupation"),
    Names("author"),    Names("authors"),     Names("artist"),      Names("description"),
    Names("category"),  Names("categories"),  Names("subcategory"), Names("department"),
    Names("brand"),     Names("price"),       Names("stock"),       Names("country"),
    Names("city"),      Names("state"),       Names("region"),      Names("language"),
    Names("publisher"), Names("tags"),        Names("keywords"),    Names("kind"),
    Names("type"),      Names("color"),       Names("colour"),      Names("size"),
    Names("unitprice"), Names("releasedate"), Names("directors"),   Names("director"),
    Names("actors"),    Names("aisle"),       Names("format"),      Names("platform"),
    Names("firstname"), Names("lastname"),    Names("fullname"),    Names("itemtype"),
    Names("class"),     Names("group"),       Names("segment"),     Names("income")};

template <std::size_t Count>
bool contains(const std::array<std::string_view, Count>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

std::optional<KnownColumn> known_column(std::string_view normalized) {
  if (contains(kUserNames, normalized)) return KnownColumn{ColumnRole::user, false};
  if (contains(kUserDescriptions, normalized)) return KnownColumn{ColumnRole::user, true};
  if (contains(kItemNames, normalized)) return KnownColumn{ColumnRole::item, false};
  if (contains(kItemDescriptions, normalized)) return KnownColumn{ColumnRole::item, true};
  if (contains(kRatingNames, normalized)) return KnownColumn{ColumnRole::rating, false};
  if (contains(kTimestampNames, normalized)) return KnownColumn{ColumnRole::timestamp, false};
  return std::nullopt;
}

bool is_attribute_name(std::string_view normalized) {
  if (contains(kAttributeNames, normalized)) return true;
  const std::optional<KnownColumn> known = known_column(normalized);
  return known && (known->role == ColumnRole::user || known->role == ColumnRole::item);
}

}  // namespace kindred::data
